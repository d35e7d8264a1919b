import {
  ActivityFailure,
  CancellationScope,
  condition,
  isCancellation,
  ParentClosePolicy,
  proxyActivities,
  startChild,
  uuid4,
} from '@temporalio/workflow'
import type { LogisticsActivities } from '../../activities/logistics/index.ts'
import type { Booking } from '../../activities/logistics/booking-state.ts'
import type { Plan, PlannedCandidate } from '../../activities/logistics/plan-delivery.ts'
import {
  loserWorkflowId,
  type GivenUpFor,
  type HumanTaskKind,
  type NewPoint,
} from '../../contracts/logistics.ts'
import * as policies from '../policies.ts'
import { label, reasonOf, show, type Delivery } from './delivery.ts'
import { settleLoser } from './settle-loser.ts'

const { askPerson } = proxyActivities<LogisticsActivities>(policies.mustLand)
const { planDelivery, bookAttempt } = proxyActivities<LogisticsActivities>(policies.effect)
const { settleAttempt } = proxyActivities<LogisticsActivities>(policies.untilSettled)
const { keepLabel } = proxyActivities<LogisticsActivities>(policies.eventually)

/**
 * Asks carriers, the best first, until one has booked the shipment. When all have been asked it rests and plans anew; in the
 * end a person is asked.
 * @returns `wish` when somebody wants something else first; then no booking is left
 */
export async function bookShipment(delivery: Delivery): Promise<'booked' | 'wish'> {
  for (let rests = 0; !delivery.wish;) {
    const plan = await makePlan(delivery)
    if (plan.outcome === 'point-unavailable') {
      await waitForPerson(delivery, 'point-unavailable', plan.offer)
      continue
    }
    if ((await tryAll(delivery, plan)) === 'booked') return 'booked'
    if (delivery.wish) return 'wish'
    const restMs = delivery.terms.roundsMs[rests++]
    if (restMs !== undefined) await condition(() => delivery.wish !== undefined, restMs)
    else {
      await waitForPerson(delivery, 'no-carrier')
      rests = 0
    }
  }
  return 'wish'
}

async function makePlan(delivery: Delivery): Promise<Plan> {
  const plan = await planDelivery({ shipmentId: delivery.shipmentId, round: ++delivery.rounds })
  const { terms, promise } = plan
  Object.assign(delivery, { terms, isPlanned: true })
  if (promise && !delivery.state.promise) label(plan.labels, promise.latest)
  if (promise) show(delivery, { promise })
  return plan
}

/** One candidate after the other; other services of a carrier that has failed come last. */
async function tryAll(
  delivery: Delivery,
  { candidates, terms, readyAt }: Plan,
): Promise<'booked' | 'none' | 'wish'> {
  const left = [...candidates]
  for (let candidate; (candidate = left.shift());) {
    if (delivery.wish) return 'wish'
    delivery.terms = candidate.terms ?? terms
    delivery.readyAt = candidate.readyAt ?? readyAt
    const booking = await tryCandidate(delivery, candidate)
    if (booking.outcome === 'booked') return 'booked'
    const { carrier } = candidate
    left.sort((a, b) => Number(a.carrier === carrier) - Number(b.carrier === carrier))
  }
  return 'none'
}

/** One attempt with one carrier, until that has booked it or has certainly not. */
async function tryCandidate(
  delivery: Delivery,
  { rank, carrier, service }: PlannedCandidate,
): Promise<Extract<Booking, { outcome: 'booked' | 'gone' }>> {
  const { shipmentId, rounds: round } = delivery
  const attemptId = uuid4()
  const number = ++delivery.attempts
  delivery.change = undefined
  show(delivery, { phase: 'booking', attemptId, carrier, service })

  let booking = await bookAttempt({ shipmentId, attemptId, number, round, rank })
  if (booking.outcome === 'unknown')
    booking = await settleAttempt({ attemptId, intent: 'keep', why: 'no-answer' })
  if (booking.outcome === 'pending') {
    const confirmed = await confirmInTime(delivery, attemptId)
    const why = delivery.wish ? reasonOf(delivery.wish) : 'too-slow'
    booking = confirmed ?? (await settleAttempt({ attemptId, intent: 'release', why }))
  }
  if (booking.outcome === 'booked') {
    take(delivery, attemptId, booking)
    return booking
  }
  if (booking.outcome !== 'gone') throw new Error(`An attempt cannot stay ${booking.outcome}`)
  await letGo(delivery, attemptId, booking)
  return booking
}

/** Gives a booking up before its carrier has the parcel. `kept`: it cannot be, and is the booking still. */
export async function releaseBooking(
  delivery: Delivery,
  why: GivenUpFor,
): Promise<'gone' | 'kept'> {
  const attemptId = delivery.state.attemptId!
  const booking = await settleAttempt({ attemptId, intent: 'release', why })
  if (booking.outcome !== 'gone') return 'kept'
  delete delivery.state.status
  delivery.change = undefined
  await letGo(delivery, attemptId, booking)
  return 'gone'
}

/** The shipment has no booking now. */
async function letGo(
  delivery: Delivery,
  attemptId: string,
  { why, mayWake }: Extract<Booking, { outcome: 'gone' }>,
): Promise<void> {
  const isFailover = why !== 'cancelled' && why !== 'new-point'
  show(delivery, {
    phase: 'planning',
    failovers: delivery.state.failovers + (isFailover ? 1 : 0),
  })
  if (mayWake) await watch(delivery, attemptId)
}

/** @returns nothing when it takes too long, or somebody wants something else */
async function confirmInTime(delivery: Delivery, attemptId: string): Promise<Booking | undefined> {
  const { confirmBooking } = proxyActivities<LogisticsActivities>({
    ...policies.untilConfirmed,
    scheduleToCloseTimeout: delivery.terms.confirmMs,
  })
  const scope = new CancellationScope()
  const onWish = condition(() => delivery.wish !== undefined)
  onWish.then(() => scope.cancel(), ignore)
  try {
    return await scope.run(() => confirmBooking({ attemptId }))
  } catch (error) {
    if (isCancellation(error) && !delivery.wish) throw error
    // A try that finds it pending fails: that failure is what is left when the time is over.
    if (error instanceof ActivityFailure || isCancellation(error)) return undefined
    throw error
  }
}

function take(
  delivery: Delivery,
  attemptId: string,
  { bookedAt }: Extract<Booking, { outcome: 'booked' }>,
): void {
  delivery.bookedAt = bookedAt
  // Whatever was told meanwhile is newer.
  delivery.change ??= { attemptId, version: 0, status: 'booked', statusAt: bookedAt }
  show(delivery, { phase: 'booked', status: delivery.change.status })
  // Its absence holds nothing up.
  keepLabel({ attemptId }).catch(ignore)
}

async function watch(delivery: Delivery, attemptId: string): Promise<void> {
  try {
    await startChild(settleLoser, {
      workflowId: loserWorkflowId(attemptId),
      args: [{ attemptId, watchMs: delivery.terms.watchMs }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
    })
  } catch (error) {
    // It was heard of before we got here.
    if ((error as Error).name !== 'WorkflowExecutionAlreadyStartedError') throw error
  }
}

async function waitForPerson(
  delivery: Delivery,
  kind: HumanTaskKind,
  offer?: NewPoint,
): Promise<void> {
  const { shipmentId, resolutions } = delivery
  await askPerson({ shipmentId, kind, ...(offer && { offer }) })
  show(delivery, { phase: 'waiting' })
  await condition(() => delivery.wish !== undefined || delivery.resolutions > resolutions)
}

const ignore = () => {}
