import type { z } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import { randomUUID } from 'node:crypto'
import { currentTraceParent } from '../../clients/tracing.ts'
import type { Database } from '../../db/database.ts'
import { retryingDeadlocks } from '../../db/deadlocks.ts'
import { openCheckout } from '../../db/orders/checkouts.ts'
import { listOrdersOfCheckout, type OrderWithLines } from '../../db/orders/orders.ts'
import { listOwners, placeOrder } from '../../db/orders/place-order.ts'
import { becomeSeller } from '../../db/tenancy.ts'
import type { WantedLine } from '../../domain/orders/price-lines.ts'
import { OrderRefused } from '../../domain/orders/refusal.ts'
import { splitByShop, type OwnedLine } from '../../domain/orders/split-by-shop.ts'
import { digestOf } from '../digest.ts'
import type { NewCheckout } from '../orders/order-fields.ts'
import { showAsPlaced, showOrder, type Order } from '../orders/order-view.ts'
import { wantedLines } from '../orders/place-order.ts'
import { orRefuse, requireCity } from '../orders/refused.ts'
import { startWorkflow, type StartWorkflowDeps } from '../orders/start-workflow.ts'
import { Problem } from '../problem.ts'

export type PlaceCheckoutDeps = StartWorkflowDeps & {
  seller: Kysely<Database>
  storefront: Kysely<Database>
  system: Kysely<Database>
}

export type PlaceCheckout = {
  keyId: string
  idempotencyKey: string | undefined
  wanted: z.output<typeof NewCheckout>
}
export type PlacedCheckout = { id: string; orders: Order[] }

/**
 * What a buyer takes at once of any shops, as an order of each: all of them in one transaction, or none. Each is written
 * as its seller, whose rows alone the transaction sees at that moment.
 * @throws {Problem} when a line cannot be had; then nothing was taken
 */
export async function placeCheckout(
  deps: PlaceCheckoutDeps,
  { keyId, idempotencyKey, wanted }: PlaceCheckout,
): Promise<PlacedCheckout> {
  const { seller, storefront, system } = deps
  const { buyer, deliverTo } = wanted
  const lines = wantedLines(wanted.lines)
  const fingerprint = digestOf(JSON.stringify(['POST', '/v1/checkouts', wanted]))

  const place = () =>
    seller.transaction().execute(async (trx) => {
      const id = randomUUID()
      const earlier = await openCheckout(trx, {
        ...{ id, keyId, fingerprint },
        idempotencyKey: idempotencyKey ?? null,
      })
      if (earlier) return { earlier }
      await requireCity(trx, deliverTo.city)
      const placed: OrderWithLines[] = []
      for (const part of splitByShop(await withOwners(storefront, lines))) {
        await becomeSeller(trx, part.sellerId)
        placed.push(
          await placeOrder(trx, {
            ...{ ...part, checkoutId: id, buyer, deliverTo },
            actor: `key:${keyId}`,
            traceParent: currentTraceParent() ?? null,
          }),
        )
      }
      return { id, placed }
    })

  const result = await orRefuse(lines, () => retryingDeadlocks(place))
  if (result.earlier) {
    if (result.earlier.fingerprint !== fingerprint) throw new Problem('idempotency-mismatch')
    const { id } = result.earlier
    return { id, orders: (await listOrdersOfCheckout(system, id)).map(showAsPlaced) }
  }
  await Promise.all(result.placed.map(({ id }) => startWorkflow(deps, id)))
  return { id: result.id, orders: result.placed.map(showOrder) }
}

/** @throws {OrderRefused} for what the storefront does not show */
async function withOwners(
  storefront: Kysely<Database>,
  lines: readonly WantedLine[],
): Promise<(WantedLine & OwnedLine)[]> {
  const owners = new Map(
    (await listOwners(storefront, lines)).map((owned) => [owned.shopProductId, owned]),
  )
  const unknown = lines.filter(({ shopProductId }) => !owners.has(shopProductId))
  if (unknown.length > 0)
    throw new OrderRefused(
      unknown.map(({ shopProductId }) => ({ shopProductId, code: 'unknown-goods' })),
    )
  return lines.map((line) => {
    const { sellerId, shopId } = owners.get(line.shopProductId)!
    return { ...line, sellerId, shopId }
  })
}
