import { ApplicationFailure } from '@temporalio/activity'
import type { Kysely, Transaction } from 'kysely'
import { currentTraceParent } from '../../clients/tracing.ts'
import { fulfilOrder, type OrderState } from '../../contracts/orders.ts'
import { appendAudit } from '../../db/audit.ts'
import type { Database } from '../../db/database.ts'
import { moveOrder } from '../../db/orders/move-order.ts'
import { appendOrderEvent } from '../../db/orders/order-events.ts'
import { lockOrder, markReminded, type OrderRow } from '../../db/orders/orders.ts'
import { heartbeating } from '../heartbeating.ts'

export type OrdersDeps = {
  /** Connected as the role `system`. */
  system: Kysely<Database>
  /** After so many hours without a confirmation the seller is reminded, or the order is cancelled. */
  remindHours: number
  cancelHours: number
}
export type OrdersActivities = ReturnType<typeof createOrdersActivities>

type OrderKey = { orderId: string }

/** How an order stood when it was looked at, and how long it may still wait for its confirmation. */
export type FoundOrder = {
  sellerId: string
  state: OrderState
  remindInMs: number
  cancelInMs: number
}

const actor = `workflow:${fulfilOrder}` as const
const HOUR_MS = 60 * 60_000

export const createOrdersActivities = ({ system, remindHours, cancelHours }: OrdersDeps) => {
  const deciding = <T>(
    { orderId }: OrderKey,
    decide: (trx: Transaction<Database>, order: OrderRow) => Promise<T>,
  ): Promise<T> =>
    heartbeating(() =>
      system.transaction().execute(async (trx) => {
        const order = await lockOrder(trx, orderId)
        if (!order) throw ApplicationFailure.nonRetryable('No such order', 'OrderNotFound')
        return decide(trx, order)
      }),
    )

  return {
    /** How it stands. Its time began when it was placed, however late somebody looks. */
    lookAtOrder: (key: OrderKey): Promise<FoundOrder> =>
      deciding(key, async (_, { sellerId, state, createdAt }) => {
        const ageMs = Date.now() - createdAt.getTime()
        return {
          ...{ sellerId, state },
          remindInMs: Math.max(0, Math.round(remindHours * HOUR_MS - ageMs)),
          cancelInMs: Math.max(0, Math.round(cancelHours * HOUR_MS - ageMs)),
        }
      }),

    /**
     * Tells the seller's systems, by an event, that an order waits to be confirmed. Repeated, or when it does not wait
     * any more, it tells nothing.
     */
    remindOfOrder: (key: OrderKey): Promise<void> =>
      deciding(key, async (trx, order) => {
        if (!(await markReminded(trx, order.id))) return
        const cancelAt = new Date(order.createdAt.getTime() + cancelHours * HOUR_MS).toISOString()
        await appendOrderEvent(trx, order, {
          type: 'order.unconfirmed',
          cancelAt,
          traceParent: currentTraceParent() ?? null,
        })
        await appendAudit(trx, {
          ...{ sellerId: order.sellerId, actor },
          action: 'order.unconfirmed',
          subject: `order:${order.id}`,
          data: { state: order.state, cancelAt },
        })
      }),

    /** Cancels an order that is still `new`, and puts its units back. @returns how it stands then */
    cancelUnconfirmed: (key: OrderKey): Promise<OrderState> =>
      deciding(key, async (trx, { id, state }) => {
        if (state !== 'new') return state
        const moved = await moveOrder(trx, id, {
          ...{ to: 'cancelled', reason: 'unconfirmed', actor },
          traceParent: currentTraceParent() ?? null,
        })
        return moved?.order.state ?? state
      }),
  }
}
