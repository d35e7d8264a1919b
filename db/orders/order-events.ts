import type { Transaction } from 'kysely'
import type { OrderState, ReturnState } from '../../contracts/orders.ts'
import type { Database } from '../database.ts'
import { appendEvent } from '../events.ts'
import type { OrderRow } from './orders.ts'
import type { ReturnRow } from './returns.ts'

type Trx = Transaction<Database>
type Told = { traceParent: string | null }

export type OrderEvent = Told &
  (
    | { type: 'order.created' }
    | { type: 'order.unconfirmed'; cancelAt: string }
    | { type: 'order.status_changed'; previousState: OrderState }
  )
export type ReturnEvent = Told &
  ({ type: 'return.created' } | { type: 'return.status_changed'; previousState: ReturnState })

/** Events of an order and of its returns have the order as their subject: they are told one after the other. */
export const appendOrderEvent = (
  trx: Trx,
  { id, number, sellerId, shopId, state, totalMinor, currency }: OrderRow,
  { type, traceParent, ...more }: OrderEvent,
) =>
  appendEvent(trx, {
    ...{ sellerId, type, traceParent },
    subject: `order:${id}`,
    data: {
      ...{ orderId: id, number, shopId, state },
      ...(type === 'order.created' && { total: { amount: Number(totalMinor), currency } }),
      ...more,
    },
  })

export const appendReturnEvent = (
  trx: Trx,
  { id, orderId, sellerId, shopId, state }: ReturnRow,
  { type, traceParent, ...more }: ReturnEvent,
) =>
  appendEvent(trx, {
    ...{ sellerId, type, traceParent },
    subject: `order:${orderId}`,
    data: { returnId: id, orderId, shopId, state, ...more },
  })
