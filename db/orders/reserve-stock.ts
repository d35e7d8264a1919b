import { sql, type Transaction } from 'kysely'
import { allocate, type StockUnits, type WantedUnits } from '../../domain/orders/allocate.ts'
import { OrderRefused } from '../../domain/orders/refusal.ts'
import type { Database } from '../database.ts'

type Trx = Transaction<Database>

/**
 * Takes units out of the stock of warehouses that serve the city. Whoever wants the same units waits, in the order of the
 * rows' keys, and sees what is left.
 * @throws {OrderRefused} `out-of-stock` for each shop product of which there is not enough; then nothing was taken
 */
export async function takeStock(
  trx: Trx,
  cityId: string,
  wanted: readonly WantedUnits[],
): Promise<StockUnits[]> {
  const ids = wanted.map(({ shopProductId }) => shopProductId)
  const { rows: stock } = await sql<StockUnits>`
    select shop_product_id, warehouse_id, units from stock
    where shop_product_id = any (${ids}::bigint[]) and units > 0
      and warehouse_id in (select warehouse_id from warehouse_city where city_id = ${cityId})
    order by shop_product_id, warehouse_id
    for update`.execute(trx)
  const { taken, shortages } = allocate(wanted, stock)
  if (!taken)
    throw new OrderRefused(shortages.map((shortage) => ({ ...shortage, code: 'out-of-stock' })))
  await sql`
    update stock set units = stock.units - given.units, updated_at = now()
    from ${given(taken)}
    where stock.shop_product_id = given.shop_product_id and stock.warehouse_id = given.warehouse_id`.execute(
    trx,
  )
  return taken
}

export const insertReservations = (
  trx: Trx,
  order: { orderId: string; sellerId: string },
  taken: readonly StockUnits[],
) =>
  trx
    .insertInto('stockReservation')
    .values(taken.map((row) => ({ ...order, ...row })))
    .execute()

/** Puts back what an order holds. What was deleted from the catalogue meanwhile has no stock to return to. */
export async function releaseStock(trx: Trx, orderId: string): Promise<void> {
  const held = await trx
    .updateTable('stockReservation')
    .set({ state: 'released' })
    .where('orderId', '=', orderId)
    .where('state', '=', 'held')
    .returning(['shopProductId', 'warehouseId', 'units'])
    .execute()
  if (held.length === 0) return
  await sql`
    select from stock join ${given(held)} using (shop_product_id, warehouse_id)
    order by stock.shop_product_id, stock.warehouse_id
    for update of stock`.execute(trx)
  await sql`
    update stock set units = stock.units + given.units, updated_at = now()
    from ${given(held)}
    where stock.shop_product_id = given.shop_product_id and stock.warehouse_id = given.warehouse_id`.execute(
    trx,
  )
}

/** What an order holds has left the warehouse. */
export const shipStock = (trx: Trx, orderId: string) =>
  trx
    .updateTable('stockReservation')
    .set({ state: 'shipped' })
    .where('orderId', '=', orderId)
    .where('state', '=', 'held')
    .execute()

const given = (rows: readonly StockUnits[]) => sql`
  unnest(${rows.map((row) => row.shopProductId)}::bigint[], ${rows.map((row) => row.warehouseId)}::bigint[],
    ${rows.map((row) => row.units)}::int[]) as given (shop_product_id, warehouse_id, units)`
