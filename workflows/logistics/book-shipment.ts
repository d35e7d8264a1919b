import {
  ActivityFailure,
  CancellationScope,
  condition,
  isCancellation,
  ParentClosePolicy,
  proxyActivities,
  sleep,
  startChild,
  uuid4,
} from '@temporalio/workflow'
import type { LogisticsActivities } from '../../activities/logistics/index.ts'
import type { Booking } from '../../activities/logistics/booking.ts'
import type { PlannedCandidate } from '../../activities/logistics/plan-delivery.ts'
import {
  loserWorkflowId,
  type GivenUpFor,
  type HumanTaskKind,
  type NewPoint,
} from '../../contracts/logistics.ts'
import * as policies from '../policies.ts'
import { label, show, type Delivery } from './delivery.ts'
import { settleLoser } from './settle-loser.ts'

const { askPerson, raiseSla } = proxyActivities<LogisticsActivities>(policies.mustLand)
const { planDelivery, bookAttempt } = proxyActivities<LogisticsActivities>(policies.effect)
const { settleAttempt } = proxyActivities<LogisticsActivities>(policies.untilSettled)
const { keepLabel } = proxyActivities<LogisticsActivities>(policies.eventually)

/**
 * Asks carriers, the best first, until one has booked the shipment. When all have been asked it rests and plans anew; in the
 * end a person is asked.
 * @returns `wish` when somebody wants something else first; then no booking is left
 */
export async function bookShipment(delivery: Delivery): Promise<'booked' | 'wish'> {
  const lateness = new CancellationScope()
  try {
    for (let rests = 0; !delivery.wish;) {
      const plan = await planDelivery({ shipmentId: delivery.shipmentId, round: ++delivery.rounds })
      delivery.terms = plan.terms
      if (delivery.rounds === 1) void lateness.run(() => raiseBookingLate(delivery)).catch(ignore)
      if (plan.outcome === 'point-unavailable') {
        await waitForPerson(delivery, 'point-unavailable', plan.offer)
        continue
      }
      if (plan.promise && !delivery.state.promise) label(plan.labels, plan.promise.latest)
      if (plan.promise) show(delivery, { promise: plan.promise })
      delivery.readyAt = plan.readyAt
      for (const candidate of plan.candidates) {
        if (delivery.wish) return 'wish'
        if ((await tryCandidate(delivery, candidate)) === 'booked') return 'booked'
      }
      const restMs = delivery.terms.roundsMs[rests++]
      if (restMs !== undefined) await condition(() => delivery.wish !== undefined, restMs)
      else {
        await waitForPerson(delivery, 'no-carrier')
        rests = 0
      }
    }
    return 'wish'
  } finally {
    lateness.cancel()
  }
}

/** One attempt with one carrier, until that has booked it or has certainly not. */
async function tryCandidate(
  delivery: Delivery,
  { rank, carrier, service, terms }: PlannedCandidate,
): Promise<'booked' | 'gone'> {
  const { shipmentId, rounds: round } = delivery
  const attemptId = uuid4()
  const number = ++delivery.attempts
  if (terms) delivery.terms = terms
  delivery.change = undefined
  show(delivery, { phase: 'booking', attemptId, carrier, service })

  let booking = await bookAttempt({ shipmentId, attemptId, number, round, rank })
  // A refusal is final; what came after a silence may still come to life.
  let mayWake = false
  if (booking.outcome === 'unknown') {
    mayWake = true
    booking = await settleAttempt({ attemptId, intent: 'keep', why: 'no-answer' })
  }
  if (booking.outcome === 'pending') {
    const confirmed = await confirmInTime(delivery, attemptId)
    mayWake ||= confirmed === undefined
    const why = delivery.wish ? 'cancelled' : 'too-slow'
    booking = confirmed ?? (await settleAttempt({ attemptId, intent: 'release', why }))
  }
  if (booking.outcome === 'booked') {
    take(delivery, attemptId, booking)
    return 'booked'
  }
  show(delivery, { failovers: delivery.state.failovers + 1 })
  if (mayWake) await watch(delivery, attemptId)
  return 'gone'
}

/** Gives a booking up before its carrier has the parcel. `kept`: it cannot be, and is the booking still. */
export async function releaseBooking(
  delivery: Delivery,
  why: GivenUpFor,
): Promise<'gone' | 'kept'> {
  const attemptId = delivery.state.attemptId!
  const booking = await settleAttempt({ attemptId, intent: 'release', why })
  if (booking.outcome === 'booked') return 'kept'
  const isFailover = why !== 'cancelled' && why !== 'new-point'
  const { status: _, ...state } = delivery.state
  delivery.state = state
  show(delivery, { phase: 'planning', failovers: state.failovers + (isFailover ? 1 : 0) })
  delivery.change = undefined
  delivery.raised.delete('hand-over-late')
  await watch(delivery, attemptId)
  return 'gone'
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

async function raiseBookingLate({ shipmentId, terms, raised }: Delivery): Promise<void> {
  const dueAt = new Date(Date.now() + terms.bookingMs).toISOString()
  await sleep(terms.bookingMs)
  raised.add('booking-late')
  // It was missed, though the booking should come at this very moment.
  await CancellationScope.nonCancellable(() =>
    raiseSla({ shipmentId, kind: 'booking-late', stage: '', dueAt }),
  )
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
