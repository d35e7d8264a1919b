import type { Transaction } from 'kysely'
import type { BookAnswer, CarrierError, CarrierReason } from '../../clients/carriers/carrier.ts'
import type { AttemptState, GivenUpFor } from '../../contracts/logistics.ts'
import type { Database } from '../../db/database.ts'
import { getAttempt, moveAttempt, type AttemptRow } from '../../db/logistics/attempts.ts'
import { recordBooked, recordGone, type Booked } from '../../db/logistics/record-booking.ts'
import { bookingOf, UNSETTLED, type Booking } from './booking-state.ts'
import type { LogisticsDeps } from './deps.ts'
import { ensurePolling } from './ensure-polling.ts'
import * as meters from './meters.ts'
import { telling } from './telling.ts'

export type GoneFor = {
  why: GivenUpFor
  /** An answer that comes after another was kept changes nothing: it says what it may still change. */
  from: readonly AttemptState[]
  reason?: CarrierReason
}
export type Recorder = ReturnType<typeof createRecorder>

/** What an answer means is on disk before anything follows from it. */
export const createRecorder = (deps: LogisticsDeps) => {
  const { system } = deps
  const inTransaction = <T>(work: (trx: Transaction<Database>) => Promise<T>) =>
    system.transaction().execute(work)
  const asItIs = async (id: string) => bookingOf(await getAttempt(system, id))

  async function booked(attempt: AttemptRow, known: Booked): Promise<Booking> {
    const { failedOverMs } = await inTransaction((trx) =>
      recordBooked(trx, attempt.id, known, telling()),
    )
    if (failedOverMs !== undefined)
      meters.failover.record(failedOverMs / 1_000, { carrier: attempt.carrier })
    await ensurePolling(deps, attempt)
    return asItIs(attempt.id)
  }

  async function gone(
    { id }: AttemptRow,
    to: 'rejected' | 'absent' | 'cancelled',
    { why, from, reason }: GoneFor,
  ): Promise<Booking> {
    const fault = why === 'cancelled' || why === 'new-point' ? 'ours' : 'carrier'
    await inTransaction((trx) =>
      recordGone(trx, id, { to, from, why, fault, reasonCode: reason?.code }, telling()),
    )
    return asItIs(id)
  }

  async function record(attempt: AttemptRow, answer: BookAnswer): Promise<Booking> {
    const { id, carrier } = attempt
    meters.attempts.add(1, { carrier, outcome: answer.outcome })
    switch (answer.outcome) {
      case 'booked': {
        const { carrierId: carrierRef, trackingNumber, pointCode } = answer
        return booked(attempt, { carrierRef, trackingNumber, pointCode, from: UNSETTLED })
      }
      case 'rejected': {
        const { reason } = answer
        const why = reason.kind === 'permanent' ? 'rejected' : 'unavailable'
        return gone(attempt, 'rejected', { reason, why, from: UNSETTLED })
      }
      case 'unknown': {
        const reasonCode = answer.reason.code
        await moveAttempt(system, id, { to: 'unknown', from: UNSETTLED, reasonCode })
        return asItIs(id)
      }
      case 'pending':
      case 'duplicate': {
        const carrierRef = answer.carrierId
        await moveAttempt(system, id, { to: 'pending', from: UNSETTLED, carrierRef })
        return asItIs(id)
      }
    }
  }

  return {
    booked,
    gone,
    record,

    /** Nobody has heard the question: that says nothing of how the carrier treats what it is asked for. */
    async unasked({ id, carrier }: AttemptRow, { kind }: CarrierError): Promise<Booking> {
      meters.attempts.add(1, { carrier, outcome: 'unasked' })
      const gone = { to: 'rejected', from: UNSETTLED, why: 'unavailable', fault: 'none' } as const
      await inTransaction((trx) => recordGone(trx, id, { ...gone, reasonCode: kind }, telling()))
      return asItIs(id)
    },
  }
}
