import type { z } from '@hono/zod-openapi'
import type { Kysely, Transaction } from 'kysely'
import { currentTraceParent } from '../../clients/tracing.ts'
import type { Database } from '../../db/database.ts'
import { retryingDeadlocks } from '../../db/deadlocks.ts'
import { findOrder } from '../../db/orders/orders.ts'
import { listOwners, placeOrder } from '../../db/orders/place-order.ts'
import { asSeller } from '../../db/tenancy.ts'
import type { WantedLine } from '../../domain/orders/price-lines.ts'
import { OrderRefused } from '../../domain/orders/refusal.ts'
import type { Caller } from '../auth.ts'
import { digestOf } from '../digest.ts'
import { idempotently, sameRequest } from '../idempotency.ts'
import { notFound } from '../problem.ts'
import type { NewOrder } from './order-fields.ts'
import { showAsPlaced, showOrder, Snapshot, snapshotOf, type Order } from './order-view.ts'
import { orRefuse, requireCity } from './refused.ts'
import { startWorkflow, type StartWorkflowDeps } from './start-workflow.ts'

export type PlaceOrderDeps = StartWorkflowDeps & { seller: Kysely<Database> }

export type PlaceOrder = {
  caller: Pick<Caller, 'sellerId' | 'keyId'>
  idempotencyKey: string | undefined
  wanted: z.output<typeof NewOrder>
}

/**
 * An order of one shop's goods: in one transaction the order, its units out of stock, its event, its audit entry and the
 * answer to keep, which is kept without the buyer's data.
 * @throws {Problem} when a line cannot be had; then nothing was taken
 */
export function placeOwnOrder(
  deps: PlaceOrderDeps,
  { caller: { sellerId, keyId }, idempotencyKey, wanted }: PlaceOrder,
): Promise<Order> {
  const { seller } = deps
  const { buyer, deliverTo } = wanted
  const lines = wantedLines(wanted.lines)
  const fingerprint = digestOf(JSON.stringify(['POST', '/v1/orders', wanted]))

  return idempotently(seller, {
    sellerId,
    key: idempotencyKey,
    again: async (kept) => {
      const { orderId } = Snapshot.parse(sameRequest(kept, fingerprint).body)
      const row = await asSeller(seller, sellerId, (trx) => findOrder(trx, orderId))
      if (!row) throw notFound()
      return showAsPlaced(row)
    },
    first: async (keep) => {
      const place = () =>
        asSeller(seller, sellerId, async (trx) => {
          await requireCity(trx, deliverTo.city)
          const placed = await placeOrder(trx, {
            ...{ sellerId, checkoutId: null, lines, buyer, deliverTo },
            shopId: wanted.shopId ?? (await shopOf(trx, lines)),
            actor: `key:${keyId}`,
            traceParent: currentTraceParent() ?? null,
          })
          await keep(trx, { fingerprint, status: 201, body: snapshotOf(placed) })
          return placed
        })
      const order = await orRefuse(lines, () => retryingDeadlocks(place))
      await startWorkflow(deps, order.id)
      return showOrder(order)
    },
  })
}

export const wantedLines = (lines: z.output<typeof NewOrder>['lines']): WantedLine[] =>
  lines.map(({ shopProductId, quantity, price }) => ({
    ...{ shopProductId, quantity },
    shownPrice: price,
  }))

/** Of the first line that is anybody's here: the others must be of the same shop. */
async function shopOf(trx: Transaction<Database>, lines: readonly WantedLine[]): Promise<string> {
  const owners = new Map(
    (await listOwners(trx, lines)).map(({ shopProductId, shopId }) => [shopProductId, shopId]),
  )
  const shopId = lines.map(({ shopProductId }) => owners.get(shopProductId)).find(Boolean)
  if (shopId === undefined)
    throw new OrderRefused(
      lines.map(({ shopProductId }) => ({ shopProductId, code: 'unknown-goods' })),
    )
  return shopId
}
