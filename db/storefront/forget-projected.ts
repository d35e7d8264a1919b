import { sql, type Kysely } from 'kysely'
import type { Sink } from '../../contracts/storefront.ts'
import type { Database } from '../database.ts'

const BATCH_SIZE = 5_000

const isSettled = sql`(search_version >= version and cache_version >= version)`

/**
 * Makes every document pending again for a sink that has lost what it was given, as role `system`: from now on, and as raised
 * among many, but for what was waiting already. Rows are locked in id
 * order, as the triggers lock them, a bounded batch per statement; when it is interrupted, begin again.
 */
export async function forgetProjected(db: Kysely<Database>, sink: Sink): Promise<void> {
  const applied = sql.ref(`${sink}_version`)
  const forgetAfter = async (id: string): Promise<string | null> => {
    const { rows } = await sql<{ last: string | null }>`
      with batch as materialized (
        select shop_product_id from change
        where shop_product_id > ${id} and ${applied} > 0
        order by shop_product_id limit ${BATCH_SIZE}
        for update
      ), forgotten as (
        update change set ${applied} = 0,
          changed_at = case when ${isSettled} then clock_timestamp() else changed_at end,
          wide = wide or ${isSettled}
        from batch
        where change.shop_product_id = batch.shop_product_id
        returning change.shop_product_id
      )
      select max(shop_product_id) as last from forgotten`.execute(db)
    return rows[0]!.last
  }
  for (let last = await forgetAfter('0'); last !== null;) last = await forgetAfter(last)
}
