import { sql, type Kysely } from 'kysely'
import type { Database } from '../database.ts'

/** Which of these each of the indices refuses in their newest version: they are shown as poison, and no mistake of ours. */
export async function findParked(
  db: Kysely<Database>,
  indexNames: readonly string[],
  ids: readonly string[],
): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    select parked.shop_product_id as id
    from poison_document parked join change c using (shop_product_id)
    where parked.index_name = any (${indexNames}::text[]) and parked.version >= c.version
      and parked.shop_product_id = any (${ids}::bigint[])
    group by parked.shop_product_id having count(*) = ${indexNames.length}`.execute(db)
  return new Set(rows.map(({ id }) => id))
}

/** Why the index refuses what it refused last. */
export async function findRefusal(
  db: Kysely<Database>,
  indexName: string,
): Promise<string | undefined> {
  const last = await db
    .selectFrom('poisonDocument')
    .select('reason')
    .where('indexName', '=', indexName)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return last?.reason
}
