import { sql, type Kysely } from 'kysely'
import type { Database } from '../database.ts'

/**
 * Puts right a write that came so late that the index had forgotten the newer one: it remembers a delete for
 * `gc_deletes` or until it restarts, and then lets an older version bring the document back. The change row remembers for
 * good. Where it says that search was given a newer version than the one that an index has just *taken* (not left alone
 * as stale), the document is pending again, and the newer version or its delete is written once more.
 * @returns how many there were
 */
export async function reopenOverwritten(
  db: Kysely<Database>,
  taken: readonly { shopProductId: string; version: number }[],
): Promise<number> {
  const { numAffectedRows } = await sql`
    with overwritten as materialized (
      select c.shop_product_id, given.version
      from unnest(
        ${taken.map(({ shopProductId }) => shopProductId)}::bigint[],
        ${taken.map(({ version }) => version)}::bigint[]
      ) as given (shop_product_id, version)
      join change c using (shop_product_id)
      where c.search_version > given.version
      order by c.shop_product_id for update of c
    )
    update change set search_version = overwritten.version
    from overwritten where change.shop_product_id = overwritten.shop_product_id`.execute(db)
  return Number(numAffectedRows ?? 0)
}
