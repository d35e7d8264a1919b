import { sql, type Kysely } from 'kysely'

/**
 * A change remembers where its document stood in each order, and what a listing showed of it. What was remembered before
 * says less: all of it is projected to the cache again, whose pages have other names now.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`update change set listed_in = null, cache_version = 0, wide = true`.execute(db)
}
