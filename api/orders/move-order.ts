import type { z } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import { currentTraceParent } from '../../clients/tracing.ts'
import type { Database } from '../../db/database.ts'
import { retryingDeadlocks } from '../../db/deadlocks.ts'
import { moveOrder } from '../../db/orders/move-order.ts'
import { findOrder, withLines } from '../../db/orders/orders.ts'
import { asSeller } from '../../db/tenancy.ts'
import { nextOrderStates } from '../../domain/orders/order-state.ts'
import type { Caller } from '../auth.ts'
import { digestOf } from '../digest.ts'
import { idempotently, sameRequest } from '../idempotency.ts'
import { notFound, Problem } from '../problem.ts'
import type { OrderStatus } from './order-fields.ts'
import { showAsIn, showOrder, Snapshot, snapshotOf, type Order } from './order-view.ts'

export type MoveOrder = {
  caller: Pick<Caller, 'sellerId' | 'keyId'>
  orderId: string
  idempotencyKey: string | undefined
  wanted: z.output<typeof OrderStatus>
}

/**
 * Brings an order into another state; one that stands there already is answered as it is.
 * @throws {Problem} `conflict` when its state does not lead there
 */
export function moveOwnOrder(
  seller: Kysely<Database>,
  { caller: { sellerId, keyId }, orderId, idempotencyKey, wanted }: MoveOrder,
): Promise<Order> {
  const fingerprint = digestOf(JSON.stringify(['POST', 'order-status', orderId, wanted]))
  return idempotently(seller, {
    sellerId,
    key: idempotencyKey,
    again: async (kept) => {
      const snapshot = Snapshot.parse(sameRequest(kept, fingerprint).body)
      const row = await asSeller(seller, sellerId, (trx) => findOrder(trx, snapshot.orderId))
      if (!row) throw notFound()
      return showAsIn(row, snapshot)
    },
    first: (keep) =>
      retryingDeadlocks(() =>
        asSeller(seller, sellerId, async (trx) => {
          const moved = await moveOrder(trx, orderId, {
            to: wanted.state,
            reason: wanted.reason,
            actor: `key:${keyId}`,
            traceParent: currentTraceParent() ?? null,
          })
          if (!moved) throw notFound()
          if (moved.outcome === 'refused')
            throw notFrom(moved.order.state, wanted.state, nextOrderStates(moved.order.state))
          const [order] = await withLines(trx, [moved.order])
          await keep(trx, { fingerprint, status: 200, body: snapshotOf(order!) })
          return showOrder(order!)
        }),
      ),
  })
}

/** Says what would be possible instead. */
export function notFrom(from: string, to: string, possible: readonly string[]): Problem {
  const ru = possible.length > 0 ? `можно: ${possible.join(', ')}` : 'это конечное состояние'
  const en = possible.length > 0 ? `possible: ${possible.join(', ')}` : 'this is the end of it'
  return new Problem('conflict', {
    detail: {
      ru: `Из состояния ${from} нельзя перейти в ${to}; ${ru}.`,
      en: `${from} does not lead to ${to}; ${en}.`,
    },
  })
}
