import { cancellationSignal } from '@temporalio/activity'
import { CarrierError, type CancelAnswer, type Carrier } from '../../clients/carriers/carrier.ts'
import { settleLoser } from '../../contracts/logistics.ts'
import {
  getAttempt,
  lockAttempt,
  moveAttempt,
  type AttemptRow,
} from '../../db/logistics/attempts.ts'
import { closeTasks, ensureTask } from '../../db/logistics/tasks.ts'
import { heartbeating } from '../heartbeating.ts'
import { keyOf } from './booking-key.ts'
import type { AttemptKey } from './booking.ts'
import type { Contracts } from './contracts-with-carriers.ts'
import type { LogisticsDeps } from './deps.ts'
import * as meters from './meters.ts'
import { telling } from './telling.ts'
import { createWaiting } from './wait-for-carrier.ts'

/** `quiet`: there is no such booking; `loose`: there is, nobody can cancel it, and a person has been told. */
export type LoserLook = 'quiet' | 'loose'

const SETTLED = ['absent', 'cancelled', 'rejected'] as const

export const createLosers = (deps: LogisticsDeps, contracts: Contracts) => {
  const { system } = deps
  const { notSettled } = createWaiting(deps)
  const call = () => ({ signal: cancellationSignal(), timeoutMs: deps.callTimeoutMs })

  /** Somebody will be billed for it: what it costs is known, and a person's task. */
  const letGo = (attempt: AttemptRow): Promise<void> =>
    system.transaction().execute(async (trx) => {
      const { shipment } = await lockAttempt(trx, attempt.id)
      await moveAttempt(trx, attempt.id, { to: 'loose', from: [...SETTLED, 'woken'] })
      await trx
        .insertInto('costEntry')
        .values({
          ...{ shipmentId: shipment.id, attemptId: attempt.id, sellerId: shipment.sellerId },
          ...{ kind: 'loser', expectedMinor: attempt.priceMinor, currency: attempt.currency },
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      const { id: attemptId, carrier } = attempt
      const details = { carrier, priceMinor: attempt.priceMinor }
      const task = { kind: 'loose-booking', attemptId, details } as const
      await ensureTask(trx, shipment, task, telling(settleLoser))
    })

  /** The answer to its cancellation may have been lost: then it is known by now. */
  async function quiet({ id }: AttemptRow): Promise<LoserLook> {
    await moveAttempt(system, id, { to: 'cancelled', from: ['woken'] })
    return 'quiet'
  }

  async function cancelWoken(
    carrier: Carrier,
    attempt: AttemptRow,
    carrierRef: string | undefined,
  ): Promise<LoserLook> {
    const key = { ...keyOf(attempt), ...(carrierRef !== undefined && { carrierId: carrierRef }) }
    const answer: CancelAnswer = await carrier.cancel(key, call())
    switch (answer.outcome) {
      // It was found as one that is cancelled.
      case 'already':
        return quiet(attempt)
      case 'cancelled':
        meters.wokenLosers.add(1, { carrier: attempt.carrier, outcome: 'cancelled' })
        await moveAttempt(system, attempt.id, {
          ...{ to: 'cancelled', from: [...SETTLED, 'woken'], carrierRef },
        })
        return 'quiet'
      case 'pending':
      case 'unknown':
        await moveAttempt(system, attempt.id, { to: 'woken', from: SETTLED, carrierRef })
        throw await notSettled(attempt)
      case 'needs-human':
      case 'too-late':
        meters.wokenLosers.add(1, { carrier: attempt.carrier, outcome: 'loose' })
        await letGo(attempt)
        return 'loose'
    }
  }

  async function look(carrier: Carrier, attempt: AttemptRow): Promise<LoserLook> {
    const found = await carrier.find(keyOf(attempt), call())
    switch (found.outcome) {
      case 'absent':
      case 'rejected':
        return quiet(attempt)
      case 'unknown':
        throw await notSettled(attempt)
      case 'booked':
      case 'pending':
      case 'duplicate':
        return cancelWoken(carrier, attempt, found.carrierId)
    }
  }

  return {
    /** One look at a booking that was given up; what has woken is cancelled. Fails while its carrier gives no answer. */
    lookAtLoser: ({ attemptId }: AttemptKey): Promise<LoserLook> =>
      heartbeating(async () => {
        const attempt = await getAttempt(system, attemptId)
        if (attempt.state === 'loose') return 'loose'
        const carrier = await contracts.get(attempt.accountId)
        try {
          const seen = await look(carrier, attempt)
          const { actor: closedBy } = telling(settleLoser)
          await closeTasks(system, attemptId, { resolution: seen, closedBy })
          return seen
        } catch (error) {
          throw error instanceof CarrierError ? await notSettled(attempt) : error
        }
      }),
  }
}
