import { sql, type Kysely, type Selectable, type Transaction } from 'kysely'
import type { ReturnState } from '../../contracts/orders.ts'
import type { ReturnableLine, WantedReturn } from '../../domain/orders/return-state.ts'
import type { Database } from '../database.ts'

export type ReturnRow = Selectable<Database['orderReturn']>
export type ReturnLineRow = WantedReturn & { priceMinor: string }
export type ReturnWithLines = ReturnRow & { lines: ReturnLineRow[] }

export type ReturnsQuery = {
  orderId?: string | undefined
  state?: ReturnState | undefined
  /** The last one of the page before. */
  beforeId?: string | undefined
  limit: number
}

export const findReturn = async (
  db: Kysely<Database>,
  id: string,
): Promise<ReturnWithLines | undefined> => {
  const row = await db.selectFrom('orderReturn').selectAll().where('id', '=', id).executeTakeFirst()
  return row && (await withReturnLines(db, [row]))[0]
}

/** The seller's returns, the newest first. */
export const listReturns = async (
  trx: Transaction<Database>,
  { orderId, state, beforeId, limit }: ReturnsQuery,
): Promise<ReturnWithLines[]> => {
  let query = trx.selectFrom('orderReturn').selectAll().orderBy('id', 'desc').limit(limit)
  if (orderId !== undefined) query = query.where('orderId', '=', orderId)
  if (state !== undefined) query = query.where('state', '=', state)
  if (beforeId !== undefined) query = query.where('id', '<', beforeId)
  return withReturnLines(trx, await query.execute())
}

/** Nobody else changes the return until the transaction ends. */
export const lockReturn = (trx: Transaction<Database>, id: string) =>
  trx.selectFrom('orderReturn').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()

/** What was ordered, and how much of it comes back already; lock the order before. */
export async function listReturnable(
  trx: Transaction<Database>,
  orderId: string,
): Promise<(ReturnableLine & { priceMinor: string })[]> {
  const { rows } = await sql<ReturnableLine & { priceMinor: string }>`
    select l.shop_product_id, l.price_minor, l.quantity as ordered, coalesce((
        select sum(rl.quantity) from return_line rl join order_return r on r.id = rl.return_id
        where r.order_id = l.order_id and r.state <> 'rejected' and rl.shop_product_id = l.shop_product_id
      ), 0)::int as returned
    from order_line l where l.order_id = ${orderId} order by l.position`.execute(trx)
  return rows
}

export async function withReturnLines(
  db: Kysely<Database>,
  returns: readonly ReturnRow[],
): Promise<ReturnWithLines[]> {
  if (returns.length === 0) return []
  const lines = await db
    .selectFrom('returnLine')
    .select(['returnId', 'shopProductId', 'quantity', 'priceMinor'])
    .where(
      'returnId',
      'in',
      returns.map(({ id }) => id),
    )
    .orderBy('shopProductId')
    .execute()
  const byReturn = Map.groupBy(lines, ({ returnId }) => returnId)
  return returns.map((row) => ({ ...row, lines: byReturn.get(row.id) ?? [] }))
}
