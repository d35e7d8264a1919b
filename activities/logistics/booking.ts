import { ApplicationFailure, cancellationSignal, sleep } from '@temporalio/activity'
import {
  CarrierError,
  type BookAnswer,
  type Carrier,
  type CarrierQuote,
} from '../../clients/carriers/carrier.ts'
import type { GivenUpFor } from '../../contracts/logistics.ts'
import { getAttempt, noteAsked, type AttemptRow } from '../../db/logistics/attempts.ts'
import { findConsignment } from '../../db/logistics/consignment.ts'
import { heartbeating } from '../heartbeating.ts'
import { keyOf } from './booking-key.ts'
import { bookingOf, type Booking } from './booking-state.ts'
import type { Contracts } from './contracts-with-carriers.ts'
import type { LogisticsDeps } from './deps.ts'
import { prepareAttempt, type NewAttemptInput } from './prepare-attempt.ts'
import { createRecorder } from './record-answer.ts'
import { bookRequestOf, quoteRequestOf } from './requests.ts'
import { createSettling } from './settle-attempt.ts'

export type AttemptKey = { attemptId: string }
export type SettleInput = AttemptKey & {
  /** `keep`: find out whether it exists; `release`: have it exist no more. */
  intent: 'keep' | 'release'
  why: GivenUpFor
}

/** A new quote may cost so much more than the one that was chosen. */
const PRICE_TOLERANCE = 1.1
/** A carrier that is busy for a moment is better than the next one: rests between questions. */
const MOMENTS_MS = [250, 500]

export const createBooking = (deps: LogisticsDeps, contracts: Contracts) => {
  const { system } = deps
  const call = () => ({ signal: cancellationSignal(), timeoutMs: deps.callTimeoutMs })
  const recorder = createRecorder(deps)
  const { keep, release, find } = createSettling(deps, recorder)

  async function ask(carrier: Carrier, attempt: AttemptRow): Promise<BookAnswer> {
    const consignment = await findConsignment(system, attempt.shipmentId)
    const request = bookRequestOf(consignment!, attempt)
    const book = async (quote: CarrierQuote) => {
      await noteAsked(system, attempt.id)
      return carrier.book({ ...request, quote }, call())
    }
    const answer = await book(request.quote)
    if (answer.outcome !== 'rejected' || answer.reason.kind !== 'quote-expired') return answer
    const fresh = await carrier.quote(quoteRequestOf(consignment!, attempt.readyAt), call())
    const quote = fresh.outcome === 'quoted' && sameDeal(fresh.quotes, attempt)
    return quote ? book(quote) : answer
  }

  /** A carrier that could not be asked knows nothing; anything else that goes wrong may have gone wrong after it had booked. */
  async function bookWith(carrier: Carrier, attempt: AttemptRow): Promise<Booking> {
    for (let tries = 0; ; tries++)
      try {
        return await recorder.record(attempt, await ask(carrier, attempt))
      } catch (error) {
        if (!(error instanceof CarrierError) || error.kind === 'malformed') {
          const reason = { code: 'failed', message: '', kind: 'capacity' } as const
          return recorder.record(attempt, { outcome: 'unknown', reason })
        }
        const restMs = MOMENTS_MS[tries] ?? -1
        const isMomentary = error.kind === 'unavailable' && (error.retryAfterMs ?? 0) <= restMs
        if (!isMomentary) return recorder.unasked(attempt, error)
        await sleep(restMs)
      }
  }

  return {
    /**
     * One attempt with one carrier. Its row is committed before the carrier is asked; run again after a crash it looks under
     * its reference first, until what was under way can have arrived.
     */
    bookAttempt: (input: NewAttemptInput): Promise<Booking> =>
      heartbeating(async () => {
        const { attempt, asked } = await prepareAttempt(system, input)
        if (attempt.state !== 'asked') return bookingOf(attempt)
        const carrier = await contracts.get(attempt.accountId)
        if (asked > 0) {
          const found = await find(carrier, attempt)
          if (found.outcome === 'unknown') {
            const reason = { code: 'crashed', message: '', kind: 'capacity' } as const
            return recorder.record(attempt, { ...found, reason })
          }
          if (found.outcome !== 'absent') return recorder.record(attempt, found)
        }
        return bookWith(carrier, attempt)
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
        const answer = await carrier.confirm(keyOf(attempt), call())
        const booking = await recorder.record(attempt, answer)
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
}

const sameDeal = (quotes: readonly CarrierQuote[], attempt: AttemptRow) =>
  quotes.find(
    (quote) =>
      quote.service === attempt.service &&
      quote.mode === attempt.mode &&
      quote.price.currency === attempt.currency &&
      quote.price.amount <= Number(attempt.priceMinor) * PRICE_TOLERANCE,
  )
