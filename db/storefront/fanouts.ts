import { sql, type Kysely, type RawBuilder, type Transaction } from 'kysely'
import type { Database } from '../database.ts'

/**
 * Takes one bounded step of the waiting fan-outs in a transaction of its own, as role `system`: raises the changes of
 * at most `batchSize` documents, in id order as the triggers do. Fan-outs take turns, so that one of a few documents is
 * not held up by one of a million; each goes on where its last step was committed. Gives how many it raised; 0 when no
 * fan-out waits (or all of them are in other hands), so the caller repeats until then.
 */
export async function drainFanouts(db: Kysely<Database>, batchSize: number): Promise<number> {
  while (await db.selectFrom('changeFanout').select('id').limit(1).executeTakeFirst()) {
    const raised = await db.transaction().execute((trx) => takeStep(trx, batchSize))
    if (raised !== 0) return raised ?? 0
  }
  return 0
}

/** `undefined` when nothing waits; 0 when a fan-out ended without a document. */
async function takeStep(
  trx: Transaction<Database>,
  batchSize: number,
): Promise<number | undefined> {
  const fanout = await trx
    .selectFrom('changeFanout')
    .selectAll()
    .orderBy('steppedAt', (order) => order.asc().nullsFirst())
    .orderBy('id')
    .limit(1)
    .forUpdate()
    .skipLocked()
    .executeTakeFirst()
  if (!fanout) return undefined

  const { rows } = await sql<{ shopProductId: string }>`
    insert into change (shop_product_id, trace_parent, wide)
    select id, ${fanout.traceParent}::text, true from (
      ${shopProductsOf[fanout.source](fanout.sourceId, fanout.afterId)}
      order by sp.id limit ${batchSize}
    ) ids order by id
    on conflict (shop_product_id) do update
      set version = change.version + 1,
          changed_at = case when change.search_version < change.version then change.changed_at
            else excluded.changed_at end,
          wide = change.wide
            or change.search_version >= change.version and change.cache_version >= change.version,
          trace_parent = excluded.trace_parent, raised_in = excluded.raised_in
    returning shop_product_id`.execute(trx)

  const last = rows.at(-1)
  if (last && rows.length === batchSize)
    await trx
      .updateTable('changeFanout')
      .set({ afterId: last.shopProductId, steppedAt: sql`clock_timestamp()` })
      .where('id', '=', fanout.id)
      .execute()
  else await trx.deleteFrom('changeFanout').where('id', '=', fanout.id).execute()
  return rows.length
}

/** Whether a fan-out is still to raise this shop product, by the same rules. */
export const isStillToBeRaised = (id: RawBuilder<unknown>) => sql`
  exists (
    select from shop_product sp
    join category c on c.id = sp.category_id
    join change_fanout f on f.after_id < sp.id
    where sp.id = ${id} and (
      f.source = 'category' and f.source_id = any (c.path)
      or f.source = 'shop' and f.source_id = sp.shop_id
      or f.source = 'warehouse' and exists (
        select from stock where shop_product_id = sp.id and warehouse_id = f.source_id)))`

const shopProductsOf = {
  category: (id: string, after: string) => sql`
    select sp.id from shop_product sp
    where sp.id > ${after} and sp.product_id in (
      select p.id from product p join category c on c.id = p.category_id
      where c.path @> array[${id}::bigint])`,
  shop: (id: string, after: string) => sql`
    select sp.id from shop_product sp where sp.id > ${after} and sp.shop_id = ${id}`,
  warehouse: (id: string, after: string) => sql`
    select sp.id from shop_product sp
    where sp.id > ${after} and sp.id in (select shop_product_id from stock where warehouse_id = ${id})`,
}
