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
import { answerWish, openDelivery, reasonOf, show, type Delivery, type Wish } from './delivery.ts'
import { followBooking, type Turn } from './follow-booking.ts'
import { watchingBooking, watchingPromise } from './missed.ts'

const { askPerson, changePoint, checkNewPoint, closeDelivery } =
  proxyActivities<LogisticsActivities>(policies.mustLand)

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
    const turn = isBooked ? await followBooking(delivery) : undefined
    if (turn === 'ended') return close(delivery)
    if (turn === 'long') await startOver(delivery)
    isBooked = await watchingPromise(delivery, () => actUpon(delivery, turn))
    if (delivery.state.phase === 'cancelled') return close(delivery)
  }
}

/** @returns whether it is booked then */
async function actUpon(delivery: Delivery, turn: Turn | undefined): Promise<boolean> {
  let isBooked = turn !== undefined
  if (!isBooked)
    isBooked = (await watchingBooking(delivery, () => bookShipment(delivery))) === 'booked'
  if (turn === 'hand-over-late') isBooked = (await releaseBooking(delivery, 'too-slow')) === 'kept'
  if (turn === 'dropped') {
    isBooked = (await releaseBooking(delivery, 'rejected')) === 'kept'
    // It says both that it has dropped it and that it cannot: until it says more it has it.
    if (isBooked) delivery.change = { ...delivery.change!, status: 'booked' }
  }
  if (delivery.wish) isBooked = await meetWish(delivery, delivery.wish, isBooked)
  return isBooked
}

/** @returns whether there is a booking then: one that cannot be given up, or need not be */
async function meetWish(delivery: Delivery, wish: Wish, isBooked: boolean): Promise<boolean> {
  const { shipmentId } = delivery
  if (isBooked && delivery.hasLeft) return refuse(delivery, 'too-late', isBooked)
  if (wish.what === 'new-point') {
    const { outcome } = await checkNewPoint({ shipmentId, point: wish.point })
    if (outcome !== 'ok') return refuse(delivery, 'point-unavailable', isBooked)
  }
  if (isBooked && (await releaseBooking(delivery, reasonOf(wish))) === 'kept')
    return refuse(delivery, 'too-late', isBooked)
  if (wish.what === 'cancel') {
    await closeDelivery({ shipmentId, phase: 'cancelled' })
    show(delivery, { phase: 'cancelled' })
  } else {
    await changePoint({ shipmentId, point: wish.point })
    show(delivery, { phase: 'planning' })
  }
  answerWish(delivery, 'met')
  return false
}

function refuse(delivery: Delivery, why: 'too-late' | 'point-unavailable', isBooked: boolean) {
  answerWish(delivery, why)
  return isBooked
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
