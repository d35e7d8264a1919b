import {
  condition,
  proxyActivities,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow'
import type { OrdersActivities } from '../../activities/orders/index.ts'
import {
  orderMoved,
  orderSearchAttributes,
  orderState,
  type FulfilOrderInput,
  type FulfilOrderResult,
  type OrderState,
} from '../../contracts/orders.ts'
import { isFinal, leadsTo, type FinalOrderState } from '../../domain/orders/order-state.ts'
import * as policies from '../policies.ts'

const { lookAtOrder, remindOfOrder, cancelUnconfirmed } = proxyActivities<OrdersActivities>(
  policies.mustLand,
)

/**
 * Stands by an order until it is delivered or cancelled, and acts where time does: one that nobody confirms is reminded
 * of, then cancelled. Its state is PostgreSQL's; here it is told of each change, and shows it to whoever searches. It is
 * told a handful of times at most, so that its history never grows long.
 */
export async function fulfilOrder({ orderId }: FulfilOrderInput): Promise<FulfilOrderResult> {
  let state: OrderState = 'new'
  const move = (to: OrderState) => {
    // What comes late or twice leads nowhere from here.
    if (!leadsTo(state, to)) return
    state = to
    upsertSearchAttributes([{ key: orderSearchAttributes.state, value: state }])
  }
  setHandler(orderMoved, ({ state }) => move(state))
  setHandler(orderState, () => state)

  const isConfirmed = () => state !== 'new'
  const found = await lookAtOrder({ orderId })
  upsertSearchAttributes([
    { key: orderSearchAttributes.seller, value: found.sellerId },
    { key: orderSearchAttributes.order, value: orderId },
    { key: orderSearchAttributes.state, value: state },
  ])
  move(found.state)

  if (!(await within(found.remindInMs, isConfirmed))) {
    await remindOfOrder({ orderId })
    if (!(await within(found.cancelInMs - found.remindInMs, isConfirmed)))
      move(await cancelUnconfirmed({ orderId }))
  }
  await condition(() => isFinal(state))
  return { state: state as FinalOrderState }
}

/** No time left is no wait at all, which `condition` takes for a wait without end. */
const within = async (ms: number, holds: () => boolean): Promise<boolean> =>
  holds() || (ms > 0 && (await condition(holds, ms)))
