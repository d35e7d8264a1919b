import {
  ApplicationFailure,
  condition,
  proxyActivities,
  setHandler,
  upsertMemo,
  upsertSearchAttributes,
} from '@temporalio/workflow'
import {
  cancelDelivery,
  changePickupPoint,
  deliverySearchAttributes as attributes,
  deliveryState,
  orderCancelled,
  taskResolved,
  trackingChanged,
  type DeliveryPhase,
  type DeliveryState,
  type FollowedBooking,
  type GivenUpFor,
  type NewPoint,
  type TrackingChange,
} from '../../contracts/logistics.ts'
import type { LogisticsActivities } from '../../activities/logistics/index.ts'
import { DEFAULT_TERMS, type SlaTerms } from '../../domain/logistics/sla.ts'
import * as policies from '../policies.ts'

const { askPerson } = proxyActivities<LogisticsActivities>(policies.mustLand)

/** What somebody wants of a delivery before the carrier has it. */
export type Wish = ({ what: 'cancel' } | { what: 'new-point'; point: NewPoint }) & {
  answer?: 'met' | 'too-late' | 'point-unavailable'
}

export const reasonOf = ({ what }: Wish): GivenUpFor =>
  what === 'cancel' ? 'cancelled' : 'new-point'

export type Delivery = {
  shipmentId: string
  state: DeliveryState
  terms: SlaTerms
  /** The newest that was told of the attempt in hand. */
  change?: TrackingChange | undefined
  wish?: Wish | undefined
  /** Grows with everything that is told. */
  news: number
  /** How often a person has closed a task. */
  resolutions: number
  /** The carrier has the parcel, or had it. */
  hasLeft: boolean
  attempts: number
  rounds: number
  readyAt: string
  bookedAt: string
  raised: Set<string>
  /** Its terms are those that were agreed. */
  isPlanned: boolean
}

/** A delivery with its handlers: what is told is kept, and acted upon by whoever waits for `news`. */
export function openDelivery(shipmentId: string, followed?: FollowedBooking): Delivery {
  const delivery: Delivery = {
    ...{ shipmentId, news: 0, resolutions: 0 },
    state: followed?.state ?? { phase: 'planning', failovers: 0, isLate: false },
    terms: followed?.terms ?? DEFAULT_TERMS,
    change: followed?.change,
    hasLeft: followed?.hasLeft ?? false,
    attempts: followed?.attempts ?? 0,
    rounds: followed?.rounds ?? 0,
    readyAt: followed?.readyAt ?? '',
    bookedAt: followed?.bookedAt ?? '',
    raised: new Set(followed?.raised),
    isPlanned: followed !== undefined,
  }

  setHandler(deliveryState, () => delivery.state)
  setHandler(trackingChanged, (change) => {
    // Of a loser, or told before: neither moves the shipment.
    if (change.attemptId !== delivery.state.attemptId) return
    if (change.version <= (delivery.change?.version ?? -1)) return
    delivery.change = change
    delivery.news++
  })
  setHandler(taskResolved, () => {
    delivery.resolutions++
    delivery.news++
  })
  setHandler(orderCancelled, () => callOff(delivery))
  setHandler(cancelDelivery, () => granted(delivery, { what: 'cancel' }), {
    validator: () => refuseTooLate(delivery),
  })
  setHandler<{ phase: DeliveryPhase }, [NewPoint], typeof changePickupPoint>(
    changePickupPoint,
    (point) => granted(delivery, { what: 'new-point', point }),
    {
      validator: () => refuseTooLate(delivery),
    },
  )
  return delivery
}

/** Shows where it stands, to whoever asks or searches. */
export function show(delivery: Delivery, more: Partial<DeliveryState>): void {
  const before = delivery.state
  const now = (delivery.state = { ...before, ...more })
  if (shownState(now) === shownState(before) && now.carrier === before.carrier) return
  upsertSearchAttributes([
    { key: attributes.state, value: shownState(now) },
    { key: attributes.carrier, value: now.carrier ?? 'none' },
  ])
}

const shownState = ({ phase, status }: DeliveryState): string =>
  phase === 'handed-over' && status ? status : phase

export type Labels = {
  sellerId: string
  orderId: string
  orderNumber: string
  cityId: string
}

/** What it is found by, and what a person reads in the Temporal UI. */
export function label({ sellerId, orderId, orderNumber, cityId }: Labels, promiseAt: string): void {
  upsertSearchAttributes([
    { key: attributes.seller, value: sellerId },
    { key: attributes.order, value: orderId },
    { key: attributes.city, value: cityId },
    { key: attributes.promiseAt, value: new Date(promiseAt) },
  ])
  upsertMemo({ order: orderNumber, city: cityId, promise: promiseAt })
}

const ENDED = new Set<DeliveryPhase>(['delivered', 'returned', 'lost', 'cancelled', 'failed'])

const isTooLate = ({ hasLeft, state }: Delivery) => hasLeft || ENDED.has(state.phase)

function refuseTooLate(delivery: Delivery): void {
  if (isTooLate(delivery)) throw tooLate()
  if (delivery.wish) throw ApplicationFailure.nonRetryable('Another wish is being met', 'Busy')
}

const tooLate = () => ApplicationFailure.nonRetryable('The carrier has it already', 'TooLate')

/** Waits until the story has met the wish, or could not. */
async function granted(delivery: Delivery, wish: Wish): Promise<{ phase: DeliveryPhase }> {
  delivery.wish = wish
  delivery.news++
  await condition(() => wish.answer !== undefined)
  if (wish.answer === 'too-late') throw tooLate()
  if (wish.answer === 'point-unavailable')
    throw ApplicationFailure.nonRetryable('The point takes nothing of it', 'PointUnavailable')
  return { phase: delivery.state.phase }
}

async function callOff(delivery: Delivery): Promise<void> {
  await condition(() => delivery.wish === undefined)
  if (!isTooLate(delivery)) {
    const wish: Wish = { what: 'cancel' }
    Object.assign(delivery, { wish, news: delivery.news + 1 })
    await condition(() => wish.answer !== undefined)
    if (wish.answer === 'met') return
  }
  if (delivery.state.phase !== 'cancelled')
    await askPerson({ shipmentId: delivery.shipmentId, kind: 'too-late-to-cancel' })
}

export function answerWish(delivery: Delivery, answer: Wish['answer'] & string): void {
  if (delivery.wish) delivery.wish.answer = answer
  delivery.wish = undefined
}
