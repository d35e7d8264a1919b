import { sql, type Kysely } from 'kysely'
import type { Database } from '../database.ts'

/** Which of these the index refuses in their newest version: they are shown as poison, and no mistake of ours. */
export async function findParked(
  db: Kysely<Database>,
  indexName: string,
  ids: readonly string[],
): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    select parked.shop_product_id as id
    from poison_document parked join change c using (shop_product_id)
    where parked.index_name = ${indexName} and parked.version >= c.version
      and parked.shop_product_id = any (${ids}::bigint[])`.execute(db)
  return new Set(rows.map(({ id }) => id))
}
