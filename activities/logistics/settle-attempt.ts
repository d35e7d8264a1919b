import { cancellationSignal } from '@temporalio/activity'
import {
  CarrierError,
  type BookAnswer,
  type BookingKey,
  type Carrier,
} from '../../clients/carriers/carrier.ts'
import type { AttemptState, GivenUpFor } from '../../contracts/logistics.ts'
import { moveAttempt, type AttemptRow } from '../../db/logistics/attempts.ts'
import { isHandedOver } from '../../domain/logistics/tracking-status.ts'
import { keyOf } from './booking-key.ts'
import { UNSETTLED, type Booking } from './booking-state.ts'
import type { LogisticsDeps } from './deps.ts'
import type { Recorder } from './record-answer.ts'
import { createWaiting } from './wait-for-carrier.ts'

/** What a carrier does with a request after nobody waits for its answer any more. */
const ARRIVAL_MS = 2_000

/** Finds out what became of an attempt, or undoes it; each step throws while that is not certain. */
export const createSettling = (deps: LogisticsDeps, recorder: Recorder) => {
  const { system, callTimeoutMs } = deps
  const call = () => ({ signal: cancellationSignal(), timeoutMs: callTimeoutMs })
  const { notYet, notSettled, byPhoneOnly } = createWaiting(deps)

  /**
   * What the carrier has under our reference. Whatever keeps it from answering is no answer; and that there is nothing is
   * believed when what was asked for must have arrived.
   */
  async function find(carrier: Carrier, attempt: AttemptRow) {
    const found = await carrier
      .find(keyOf(attempt), call())
      .catch(() => ({ outcome: 'unknown' }) as const)
    const restMs = attempt.askedAt.getTime() + callTimeoutMs + ARRIVAL_MS - Date.now()
    if (found.outcome === 'absent' && restMs > 0) throw notYet(restMs)
    return found
  }

  async function keep(carrier: Carrier, attempt: AttemptRow): Promise<Booking> {
    const found = await find(carrier, attempt)
    if (found.outcome === 'absent')
      return recorder.gone(attempt, 'absent', { why: 'no-answer', from: UNSETTLED })
    if (found.outcome === 'unknown') throw await notSettled(attempt)
    return recorder.record(attempt, found)
  }

  async function release(carrier: Carrier, attempt: AttemptRow, why: GivenUpFor): Promise<Booking> {
    const from: AttemptState[] = [...UNSETTLED, 'booked']
    await moveAttempt(system, attempt.id, { to: 'cancelling', from, givenUpFor: why })
    try {
      return await undo(carrier, attempt, why)
    } catch (error) {
      throw error instanceof CarrierError ? await notSettled(attempt) : error
    }
  }

  async function undo(carrier: Carrier, attempt: AttemptRow, why: GivenUpFor): Promise<Booking> {
    const given = { why, from: ['cancelling'] } as const
    let key = keyOf(attempt)
    if (key.carrierId === undefined) {
      const found = await find(carrier, attempt)
      if (found.outcome === 'unknown') throw await notSettled(attempt)
      if (found.outcome === 'absent') return recorder.gone(attempt, 'absent', given)
      if (found.outcome === 'rejected')
        return recorder.gone(attempt, 'rejected', { ...given, reason: found.reason })
      if (found.carrierId !== undefined) key = { ...key, carrierId: found.carrierId }
    }
    const answer = await carrier.cancel(key, call())
    switch (answer.outcome) {
      case 'cancelled':
      case 'already':
        return recorder.gone(attempt, 'cancelled', given)
      case 'pending':
      case 'unknown':
        throw await notSettled(attempt)
      case 'too-late':
        return keepBooked(attempt, key, await carrier.confirm(key, call()))
      case 'needs-human': {
        const failure = await byPhoneOnly(attempt)
        // It has left meanwhile; or it is too slow, which is better than none.
        if (why !== 'too-slow' && !hasLeft(attempt)) throw failure
        const kept = await carrier.confirm(key, call())
        if (kept.outcome === 'rejected')
          return recorder.gone(attempt, 'rejected', { ...given, reason: kept.reason })
        if (kept.outcome === 'booked' || hasLeft(attempt)) return keepBooked(attempt, key, kept)
        throw failure
      }
    }
  }

  /** What cannot be cancelled is the booking. */
  async function keepBooked(
    attempt: AttemptRow,
    { carrierId }: BookingKey,
    answer: BookAnswer,
  ): Promise<Booking> {
    const from = ['cancelling'] as const
    if (answer.outcome === 'booked') {
      const { carrierId: carrierRef, trackingNumber, pointCode } = answer
      return recorder.booked(attempt, { carrierRef, trackingNumber, pointCode, from })
    }
    if (carrierId === undefined) throw await notSettled(attempt)
    const trackingNumber = attempt.trackingNumber ?? carrierId
    return recorder.booked(attempt, { carrierRef: carrierId, trackingNumber, from })
  }

  return { find, keep, release }
}

const hasLeft = ({ status }: AttemptRow) => status !== null && isHandedOver(status)
