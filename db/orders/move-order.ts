import { sql, type Transaction } from 'kysely'
import type { OrderState } from '../../contracts/orders.ts'
import {
  fateOfReservation,
  nextOrderStates,
  type CancelReason,
} from '../../domain/orders/order-state.ts'
import { appendAudit, type Actor } from '../audit.ts'
import type { Database } from '../database.ts'
import { appendOrderEvent } from './order-events.ts'
import { lockOrder, type OrderRow } from './orders.ts'
import { releaseStock, shipStock } from './reserve-stock.ts'

export type OrderMove = {
  to: OrderState
  /** Of a cancellation. */
  reason?: CancelReason | undefined
  actor: Actor
  traceParent: string | null
}

/** `refused`: its state does not permit it, and it is as it was. */
export type Moved = { outcome: 'moved' | 'already' | 'refused'; order: OrderRow }

/**
 * Brings an order into another state with what that means for its stock, its event and its audit entry; nothing of it
 * when it stands there already.
 * @returns `undefined` when there is no such order
 */
export async function moveOrder(
  trx: Transaction<Database>,
  orderId: string,
  { to, reason, actor, traceParent }: OrderMove,
): Promise<Moved | undefined> {
  const before = await lockOrder(trx, orderId)
  if (!before) return undefined
  if (before.state === to) return { outcome: 'already', order: before }
  if (!nextOrderStates(before.state).includes(to)) return { outcome: 'refused', order: before }

  const cancelReason = to === 'cancelled' ? (reason ?? 'other') : null
  const order = await trx
    .updateTable('salesOrder')
    .set({ state: to, cancelReason, updatedAt: sql`clock_timestamp()` })
    .where('id', '=', orderId)
    .returningAll()
    .executeTakeFirstOrThrow()
  await settleReservation(trx, order)
  const previousState = before.state
  await appendOrderEvent(trx, order, { type: 'order.status_changed', previousState, traceParent })
  await appendAudit(trx, {
    sellerId: order.sellerId,
    actor,
    action: 'order.status_changed',
    subject: `order:${orderId}`,
    data: { state: to, previousState, ...(cancelReason && { cancelReason }) },
  })
  return { outcome: 'moved', order }
}

async function settleReservation(trx: Transaction<Database>, { id, state }: OrderRow) {
  switch (fateOfReservation(state)) {
    case 'held':
      return
    case 'shipped':
      await shipStock(trx, id)
      return
    case 'released':
      await releaseStock(trx, id)
  }
}
