import {
  allHandlersFinished,
  condition,
  continueAsNew,
  proxyActivities,
} from '@temporalio/workflow'
import type { LogisticsActivities } from '../../activities/logistics/index.ts'
import type {
  DeliverOrderInput,
  DeliverOrderResult,
  FollowedBooking,
} from '../../contracts/logistics.ts'
import * as policies from '../policies.ts'
import { bookShipment, releaseBooking } from './book-shipment.ts'
import { answerWish, openDelivery, show, type Delivery } from './delivery.ts'
import { followBooking } from './follow-booking.ts'

const { askPerson, changePoint, closeDelivery } = proxyActivities<LogisticsActivities>(
  policies.mustLand,
)

/**
 * The parcel arrives, whichever carrier fails: one carrier after the other is asked until one has booked it; what that one
 * does is watched against what was promised; while the parcel has not left, a carrier that fails is replaced. There is never
 * more than one booking, see docs/decisions/0024-at-most-one-live-booking.md.
 */
export async function deliverOrder({
  shipmentId,
  followed,
}: DeliverOrderInput): Promise<DeliverOrderResult> {
  const delivery = openDelivery(shipmentId, followed)
  let isBooked = followed !== undefined
  for (;;) {
    if (!isBooked) isBooked = (await bookShipment(delivery)) === 'booked'
    if (isBooked) {
      const turn = await followBooking(delivery)
      if (turn === 'ended') return close(delivery)
      if (turn === 'long') await startOver(delivery)
      if (turn === 'hand-over-late')
        isBooked = (await releaseBooking(delivery, 'too-slow')) === 'kept'
      if (turn === 'dropped') isBooked = (await releaseBooking(delivery, 'rejected')) === 'kept'
    }
    if (delivery.wish) isBooked = (await meetWish(delivery, isBooked)) === 'kept'
    if (delivery.state.phase === 'cancelled') return close(delivery)
  }
}

/** @returns `kept` when there is a booking that cannot be given up: the wish comes too late */
async function meetWish(delivery: Delivery, isBooked: boolean): Promise<'kept' | 'none'> {
  const { shipmentId } = delivery
  const wish = delivery.wish!
  const why = wish.what === 'cancel' ? 'cancelled' : 'new-point'
  if (isBooked && (delivery.hasLeft || (await releaseBooking(delivery, why)) === 'kept')) {
    answerWish(delivery, 'too-late')
    return 'kept'
  }
  if (wish.what === 'cancel') {
    await closeDelivery({ shipmentId, phase: 'cancelled' })
    show(delivery, { phase: 'cancelled' })
  } else {
    await changePoint({ shipmentId, point: wish.point })
    show(delivery, { phase: 'planning' })
  }
  answerWish(delivery, 'met')
  return 'none'
}

async function close(delivery: Delivery): Promise<DeliverOrderResult> {
  const { shipmentId, state } = delivery
  const phase = state.phase as DeliverOrderResult['phase']
  if (phase === 'returned' || phase === 'lost' || phase === 'failed')
    await askPerson({ shipmentId, kind: 'not-delivered' })
  await condition(allHandlersFinished)
  return { phase }
}

/** Whoever wants something meanwhile is heard first. */
async function startOver(delivery: Delivery): Promise<void> {
  await condition(() => allHandlersFinished() || delivery.wish !== undefined)
  if (delivery.wish) return
  const { shipmentId, state, change, bookedAt, readyAt, hasLeft, attempts, rounds } = delivery
  const followed: FollowedBooking = {
    ...{ state, change: change!, bookedAt, readyAt, hasLeft, attempts, rounds },
    raised: [...delivery.raised],
    terms: delivery.terms,
  }
  await continueAsNew<typeof deliverOrder>({ shipmentId, followed })
}
