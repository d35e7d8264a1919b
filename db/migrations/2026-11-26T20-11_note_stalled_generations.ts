import { sql, type Kysely } from 'kysely'

/** Since when an index has taken nothing while the one that is searched takes changes. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table search_generation add column stalled_at timestamptz`.execute(db)
}
