import { ApplicationFailure, cancellationSignal } from '@temporalio/activity'
import type { Transaction } from 'kysely'
import {
  CarrierError,
  type BookAnswer,
  type Carrier,
  type CarrierQuote,
  type CarrierReason,
} from '../../clients/carriers/carrier.ts'
import { currentTraceParent } from '../../clients/tracing.ts'
import { deliverOrder, type AttemptState, type GivenUpFor } from '../../contracts/logistics.ts'
import {
  ensureAttempt,
  getAttempt,
  moveAttempt,
  type AttemptRow,
} from '../../db/logistics/attempts.ts'
import { findConsignment } from '../../db/logistics/consignment.ts'
import type { Telling } from '../../db/logistics/delivery-events.ts'
import { findPlan } from '../../db/logistics/plans.ts'
import { recordBooked, recordGone } from '../../db/logistics/record-booking.ts'
import { findShipment } from '../../db/logistics/shipments.ts'
import { ensureTask } from '../../db/logistics/tasks.ts'
import type { Database } from '../../db/database.ts'
import { DEFAULT_TERMS } from '../../domain/logistics/sla.ts'
import { heartbeating } from '../heartbeating.ts'
import { keyOf } from './booking-key.ts'
import type { Contracts } from './contracts-with-carriers.ts'
import type { LogisticsDeps } from './deps.ts'
import { ensurePolling } from './ensure-polling.ts'
import * as meters from './meters.ts'
import { bookRequestOf, quoteRequestOf } from './requests.ts'

export type Booking =
  | { outcome: 'booked'; bookedAt: string }
  | { outcome: 'pending' }
  /** It may exist or not. */
  | { outcome: 'unknown' }
  /** Refused, not there, or cancelled: another carrier may be asked. */
  | { outcome: 'gone' }

export type AttemptKey = { attemptId: string }
export type NewAttemptInput = AttemptKey & {
  shipmentId: string
  number: number
  /** Where in which frozen list its quote stands. */
  round: number
  rank: number
}
export type SettleInput = AttemptKey & {
  /** `keep`: find out whether it exists; `release`: have it exist no more. */
  intent: 'keep' | 'release'
  why: GivenUpFor
}

export const telling = (workflow = deliverOrder): Telling => ({
  actor: `workflow:${workflow}`,
  traceParent: currentTraceParent() ?? null,
})

const UNSETTLED: readonly AttemptState[] = ['asked', 'pending', 'unknown']
/** A new quote may cost so much more than the one that was chosen. */
const PRICE_TOLERANCE = 1.1

export const createBooking = (deps: LogisticsDeps, contracts: Contracts) => {
  const { system } = deps
  const call = () => ({ signal: cancellationSignal(), timeoutMs: deps.callTimeoutMs })
  const inTransaction = <T>(work: (trx: Transaction<Database>) => Promise<T>) =>
    system.transaction().execute(work)

  /** What an answer means is on disk before anything follows from it. */
  async function record(attempt: AttemptRow, answer: BookAnswer): Promise<Booking> {
    const { id, carrier } = attempt
    meters.attempts.add(1, { carrier, outcome: answer.outcome })
    switch (answer.outcome) {
      case 'booked': {
        const { carrierId: carrierRef, trackingNumber } = answer
        await inTransaction((trx) =>
          recordBooked(trx, id, { carrierRef, trackingNumber, from: UNSETTLED }, telling()),
        )
        await ensurePolling(deps, attempt)
        return bookingOf(await getAttempt(system, id))
      }
      case 'rejected':
        return gone(id, 'rejected', {
          ...{ reason: answer.reason, from: UNSETTLED },
          why: answer.reason.kind === 'permanent' ? 'rejected' : 'unavailable',
        })
      case 'unknown':
        await moveAttempt(system, id, {
          ...{ to: 'unknown', from: UNSETTLED, reasonCode: answer.reason.code },
        })
        return bookingOf(await getAttempt(system, id))
      case 'pending':
      case 'duplicate':
        await moveAttempt(system, id, {
          ...{ to: 'pending', from: UNSETTLED, carrierRef: answer.carrierId },
        })
        return bookingOf(await getAttempt(system, id))
    }
  }

  /** An answer that comes after another was kept changes nothing: `from` says what it may still change. */
  async function gone(
    id: string,
    to: 'rejected' | 'absent' | 'cancelled',
    {
      why,
      reason,
      from,
    }: { why: GivenUpFor; reason?: CarrierReason; from: readonly AttemptState[] },
  ): Promise<Booking> {
    await inTransaction((trx) =>
      recordGone(trx, id, { to, from, why, reasonCode: reason?.code }, telling()),
    )
    return bookingOf(await getAttempt(system, id))
  }

  /** A carrier that could not be asked knows nothing; anything else that goes wrong may have gone wrong after it had booked. */
  async function ask(carrier: Carrier, attempt: AttemptRow): Promise<BookAnswer> {
    const consignment = await findConsignment(system, attempt.shipmentId)
    const request = bookRequestOf(consignment!, attempt)
    try {
      const answer = await carrier.book(request, call())
      if (answer.outcome !== 'rejected' || answer.reason.kind !== 'quote-expired') return answer
      const fresh = await carrier.quote(quoteRequestOf(consignment!), call())
      const quote = fresh.outcome === 'quoted' && sameDeal(fresh.quotes, attempt)
      return quote ? await carrier.book({ ...request, quote }, call()) : answer
    } catch (error) {
      const isUnasked = error instanceof CarrierError && error.kind !== 'malformed'
      if (isUnasked)
        return { outcome: 'rejected', reason: { code: error.kind, message: '', kind: 'capacity' } }
      return { outcome: 'unknown', reason: { code: 'failed', message: '', kind: 'capacity' } }
    }
  }

  /** Whatever keeps it from answering is no answer. */
  async function find(carrier: Carrier, attempt: AttemptRow) {
    try {
      return await carrier.find(keyOf(attempt), call())
    } catch {
      return { outcome: 'unknown' } as const
    }
  }

  /** Nobody knows yet; a person is told when it takes long. */
  async function unsettled(attempt: AttemptRow, kind: 'unsettled-booking' | 'cancel-by-phone') {
    const shipment = await findShipment(system, attempt.shipmentId)
    const { unsettledMs } = shipment?.sla ?? DEFAULT_TERMS
    const ageMs = Date.now() - attempt.createdAt.getTime()
    if (shipment && (kind === 'cancel-by-phone' || ageMs >= unsettledMs))
      await inTransaction((trx) =>
        ensureTask(
          trx,
          shipment,
          { kind, attemptId: attempt.id, details: { carrier: attempt.carrier } },
          telling(),
        ),
      )
    return ApplicationFailure.retryable('The carrier has not settled it yet', 'Unsettled')
  }

  async function keep(carrier: Carrier, attempt: AttemptRow): Promise<Booking> {
    const found = await find(carrier, attempt)
    if (found.outcome === 'absent')
      return gone(attempt.id, 'absent', { why: 'no-answer', from: UNSETTLED })
    if (found.outcome === 'unknown') throw await unsettled(attempt, 'unsettled-booking')
    return record(attempt, found)
  }

  async function release(carrier: Carrier, attempt: AttemptRow, why: GivenUpFor): Promise<Booking> {
    const from: AttemptState[] = [...UNSETTLED, 'booked']
    await moveAttempt(system, attempt.id, { to: 'cancelling', from, givenUpFor: why })
    const given = { why, from: ['cancelling'] } as const
    let key = keyOf(attempt)
    if (key.carrierId === undefined) {
      const found = await find(carrier, attempt)
      if (found.outcome === 'unknown') throw await unsettled(attempt, 'unsettled-booking')
      if (found.outcome === 'absent') return gone(attempt.id, 'absent', given)
      if (found.outcome === 'rejected')
        return gone(attempt.id, 'rejected', { ...given, reason: found.reason })
      if (found.carrierId !== undefined) key = { ...key, carrierId: found.carrierId }
    }
    const answer = await carrier.cancel(key, call())
    switch (answer.outcome) {
      case 'cancelled':
      case 'already':
        return gone(attempt.id, 'cancelled', given)
      case 'pending':
      case 'unknown':
        throw await unsettled(attempt, 'unsettled-booking')
      case 'too-late':
        return keepBooked(carrier, { ...attempt, carrierRef: key.carrierId ?? null })
      case 'needs-human': {
        const failure = await unsettled(attempt, 'cancel-by-phone')
        // Too slow is better than none: what it has confirmed by now, and will not let go of, is kept.
        if (why === 'too-slow') {
          const kept = await carrier.confirm(key, call())
          if (kept.outcome === 'booked') return keepBooked(carrier, attempt, kept)
          if (kept.outcome === 'rejected')
            return gone(attempt.id, 'rejected', { ...given, reason: kept.reason })
        }
        throw failure
      }
    }
  }

  /** What cannot be cancelled is the booking. */
  async function keepBooked(
    carrier: Carrier,
    attempt: AttemptRow,
    known?: Extract<BookAnswer, { outcome: 'booked' }>,
  ): Promise<Booking> {
    const answer = known ?? (await carrier.confirm(keyOf(attempt), call()))
    const booked =
      answer.outcome === 'booked'
        ? answer
        : { carrierId: attempt.carrierRef, trackingNumber: attempt.trackingNumber }
    if (booked.carrierId === null) throw await unsettled(attempt, 'unsettled-booking')
    await inTransaction((trx) =>
      recordBooked(
        trx,
        attempt.id,
        {
          carrierRef: booked.carrierId!,
          trackingNumber: booked.trackingNumber ?? booked.carrierId!,
          from: ['cancelling'],
        },
        telling(),
      ),
    )
    return bookingOf(await getAttempt(system, attempt.id))
  }

  return {
    /**
     * One attempt with one carrier. Its row is committed before the carrier is asked; run again after a crash it looks under
     * its reference first.
     */
    bookAttempt: (input: NewAttemptInput): Promise<Booking> =>
      heartbeating(async () => {
        const { attempt, asked } = await prepare(input)
        if (attempt.state !== 'asked') return bookingOf(attempt)
        const carrier = await contracts.get(attempt.accountId)
        if (asked > 0) {
          const found = await find(carrier, attempt)
          if (found.outcome === 'unknown')
            return record(attempt, {
              ...found,
              reason: { code: 'crashed', message: '', kind: 'capacity' },
            })
          if (found.outcome !== 'absent') return record(attempt, found)
        }
        return record(attempt, await ask(carrier, attempt))
      }),

    /** Fails while its carrier has not decided. */
    confirmBooking: ({ attemptId }: AttemptKey): Promise<Booking> =>
      heartbeating(async () => {
        const attempt = await getAttempt(system, attemptId)
        if (attempt.state !== 'pending') {
          const booking = bookingOf(attempt)
          if (booking.outcome !== 'unknown') return booking
        }
        const carrier = await contracts.get(attempt.accountId)
        const booking = await record(attempt, await carrier.confirm(keyOf(attempt), call()))
        if (booking.outcome === 'pending' || booking.outcome === 'unknown')
          throw ApplicationFailure.retryable('The carrier has not confirmed it yet', 'Pending')
        return booking
      }),

    /** Fails until it is certain whether there is such a booking, or that there is none any more. */
    settleAttempt: ({ attemptId, intent, why }: SettleInput): Promise<Booking> =>
      heartbeating(async () => {
        const attempt = await getAttempt(system, attemptId)
        const booking = bookingOf(attempt)
        if (booking.outcome === 'gone') return booking
        if (intent === 'keep' && booking.outcome !== 'unknown') return booking
        const carrier = await contracts.get(attempt.accountId)
        return intent === 'keep' ? keep(carrier, attempt) : release(carrier, attempt, why)
      }),
  }

  async function prepare({ shipmentId, attemptId, number, round, rank }: NewAttemptInput) {
    const [consignment, plan] = await Promise.all([
      findConsignment(system, shipmentId),
      findPlan(system, shipmentId, round),
    ])
    const candidate = plan?.ranked[rank - 1]
    if (!consignment || !candidate)
      throw ApplicationFailure.nonRetryable('No such candidate', 'NotFound')
    const { shipment } = consignment
    const quotes = (plan.inputs as { quotes: CarrierQuote[] }).quotes
    const { carrier, service, mode, priceMinor, currency, accountId } = candidate
    try {
      return await ensureAttempt(system, {
        ...{ id: attemptId, shipmentId, sellerId: shipment.sellerId, number },
        ...{ carrier, service, mode, accountId, currency, priceMinor: String(priceMinor) },
        quote: quotes.find(
          (one) => one.carrier === carrier && one.service === service && one.mode === mode,
        )!,
        readyAt: shipment.readyAt,
        pointCode: mode.endsWith('point') ? shipment.pointCode : null,
        pointKind: mode.endsWith('point') ? shipment.pointKind : null,
      })
    } catch (error) {
      if ((error as { code?: string }).code !== UNIQUE_VIOLATION) throw error
      throw ApplicationFailure.nonRetryable('The shipment has a live booking', 'SecondBooking')
    }
  }
}

function bookingOf({ state, bookedAt }: AttemptRow): Booking {
  switch (state) {
    case 'booked':
      return { outcome: 'booked', bookedAt: bookedAt!.toISOString() }
    case 'pending':
      return { outcome: 'pending' }
    case 'asked':
    case 'unknown':
    case 'cancelling':
      return { outcome: 'unknown' }
    case 'rejected':
    case 'absent':
    case 'cancelled':
    case 'woken':
    case 'loose':
      return { outcome: 'gone' }
  }
}

const UNIQUE_VIOLATION = '23505'

const sameDeal = (quotes: readonly CarrierQuote[], attempt: AttemptRow) =>
  quotes.find(
    (quote) =>
      quote.service === attempt.service &&
      quote.mode === attempt.mode &&
      quote.price.currency === attempt.currency &&
      quote.price.amount <= Number(attempt.priceMinor) * PRICE_TOLERANCE,
  )
