import { sql, type Kysely, type Selectable, type Transaction } from 'kysely'
import type { OrderState } from '../../contracts/orders.ts'
import type { Database } from '../database.ts'

export type OrderRow = Selectable<Database['salesOrder']>
export type OrderLineRow = Pick<
  Selectable<Database['orderLine']>,
  'shopProductId' | 'externalId' | 'name' | 'quantity' | 'priceMinor'
>
export type OrderWithLines = OrderRow & { lines: OrderLineRow[] }

export type OrdersQuery = {
  state?: OrderState | undefined
  shopId?: string | undefined
  createdFrom?: string | undefined
  createdTo?: string | undefined
  /** The last one of the page before. */
  beforeId?: string | undefined
  limit: number
}

export const findOrder = async (
  db: Kysely<Database>,
  id: string,
): Promise<OrderWithLines | undefined> => {
  const row = await db.selectFrom('salesOrder').selectAll().where('id', '=', id).executeTakeFirst()
  return row && (await withLines(db, [row]))[0]
}

/** The seller's orders, the newest first. */
export const listOrders = async (
  trx: Transaction<Database>,
  { state, shopId, createdFrom, createdTo, beforeId, limit }: OrdersQuery,
): Promise<OrderWithLines[]> => {
  let query = trx.selectFrom('salesOrder').selectAll().orderBy('id', 'desc').limit(limit)
  if (state !== undefined) query = query.where('state', '=', state)
  if (shopId !== undefined) query = query.where('shopId', '=', shopId)
  if (createdFrom !== undefined) query = query.where('createdAt', '>=', new Date(createdFrom))
  if (createdTo !== undefined) query = query.where('createdAt', '<', new Date(createdTo))
  if (beforeId !== undefined) query = query.where('id', '<', beforeId)
  return withLines(trx, await query.execute())
}

export const listOrdersOfCheckout = async (
  db: Kysely<Database>,
  checkoutId: string,
): Promise<OrderWithLines[]> =>
  withLines(
    db,
    await db
      .selectFrom('salesOrder')
      .selectAll()
      .where('checkoutId', '=', checkoutId)
      .orderBy('id')
      .execute(),
  )

/** Nobody else changes the order until the transaction ends. */
export const lockOrder = (trx: Transaction<Database>, id: string): Promise<OrderRow | undefined> =>
  trx.selectFrom('salesOrder').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()

/** False when it was reminded before, or is not `new` any more. */
export async function markReminded(trx: Transaction<Database>, id: string): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('salesOrder')
    .set({ remindedAt: sql`now()` })
    .where('id', '=', id)
    .where('state', '=', 'new')
    .where('remindedAt', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

export async function withLines(
  db: Kysely<Database>,
  orders: readonly OrderRow[],
): Promise<OrderWithLines[]> {
  if (orders.length === 0) return []
  const lines = await db
    .selectFrom('orderLine')
    .select(['orderId', 'shopProductId', 'externalId', 'name', 'quantity', 'priceMinor'])
    .where(
      'orderId',
      'in',
      orders.map(({ id }) => id),
    )
    .orderBy('orderId')
    .orderBy('position')
    .execute()
  const byOrder = Map.groupBy(lines, ({ orderId }) => orderId)
  return orders.map((order) => ({ ...order, lines: byOrder.get(order.id) ?? [] }))
}
