import type { Transaction } from 'kysely'
import type { OrderState } from '../../contracts/orders.ts'
import {
  linesToReturn,
  mayBeReturned,
  type ReturnReason,
  type ReturnRefusal,
  type WantedReturn,
} from '../../domain/orders/return-state.ts'
import { appendAudit, type Actor } from '../audit.ts'
import type { Database } from '../database.ts'
import { appendReturnEvent } from './order-events.ts'
import { lockOrder } from './orders.ts'
import { listReturnable, type ReturnWithLines } from './returns.ts'

export type NewReturn = {
  /** All that has not come back yet when it is absent. */
  lines: readonly WantedReturn[] | undefined
  reason: ReturnReason
  actor: Actor
  traceParent: string | null
}

export type Opened =
  | { outcome: 'opened'; opened: ReturnWithLines }
  | { outcome: 'too-early'; state: OrderState }
  | { outcome: 'nothing-left' }
  | { outcome: 'refused'; refusals: ReturnRefusal[] }

/**
 * A return of goods of an order, at the prices of the order, with its event and its audit entry. Returns of one order are
 * made one after the other.
 * @returns `undefined` when there is no such order
 */
export async function openReturn(
  trx: Transaction<Database>,
  orderId: string,
  { lines: wanted, reason, actor, traceParent }: NewReturn,
): Promise<Opened | undefined> {
  const order = await lockOrder(trx, orderId)
  if (!order) return undefined
  if (!mayBeReturned(order.state)) return { outcome: 'too-early', state: order.state }
  const returnable = await listReturnable(trx, orderId)
  const { lines, refusals } = linesToReturn(returnable, wanted)
  if (refusals.length > 0) return { outcome: 'refused', refusals }
  if (lines.length === 0) return { outcome: 'nothing-left' }

  const priceOf = new Map(returnable.map((line) => [line.shopProductId, line.priceMinor]))
  const priced = lines.map((line) => ({ ...line, priceMinor: priceOf.get(line.shopProductId)! }))
  const total = priced.reduce(
    (sum, { priceMinor, quantity }) => sum + BigInt(priceMinor) * BigInt(quantity),
    0n,
  )
  const { sellerId, shopId, currency } = order
  const row = await trx
    .insertInto('orderReturn')
    .values({ orderId, sellerId, shopId, reason, totalMinor: String(total), currency })
    .returningAll()
    .executeTakeFirstOrThrow()
  await trx
    .insertInto('returnLine')
    .values(priced.map((line) => ({ returnId: row.id, sellerId, ...line })))
    .execute()
  await appendReturnEvent(trx, row, { type: 'return.created', traceParent })
  await appendAudit(trx, {
    ...{ sellerId, actor },
    action: 'return.created',
    subject: `return:${row.id}`,
    data: { orderId, state: row.state, reason },
  })
  return { outcome: 'opened', opened: { ...row, lines: priced } }
}
