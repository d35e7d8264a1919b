import { cancellationSignal } from '@temporalio/activity'
import { sql } from 'kysely'
import { CarrierError } from '../../clients/carriers/carrier.ts'
import type { AttemptRow } from '../../db/logistics/attempts.ts'
import { nextPollMs } from '../../domain/logistics/next-poll.ts'
import { MINUTE_MS } from '../../domain/logistics/zone.ts'
import { keyOf } from './booking-key.ts'
import type { Contract, Contracts } from './contracts-with-carriers.ts'
import type { LogisticsDeps } from './deps.ts'
import { eachOf } from './each-of.ts'
import { createInbox } from './inbox.ts'
import * as meters from './meters.ts'
import { isItsOwnFault } from './own-fault.ts'
import { createTeller } from './teller.ts'

export type Tracker = ReturnType<typeof createTracker>

const PAGE = 64
const AFTER_FAILURE_MS = MINUTE_MS

/** `readAt`: whatever makes it due later than that is not answered by what is read now. */
type Due = AttemptRow & { parcelCount: number; readAt: Date }

/** Asks carriers for news, keeps what they tell, and tells the workflows: each step bounded, for whoever repeats it. */
export const createTracker = (deps: LogisticsDeps, contracts: Contracts) => {
  const { system, log } = deps
  const teller = createTeller(deps)
  const inbox = createInbox(deps, teller)
  const haste = deps.pollHaste ?? 1
  const call = () => ({ signal: cancellationSignal(), timeoutMs: deps.callTimeoutMs })

  async function poll({ carrier }: Contract, attempt: Due): Promise<void> {
    const { parcelCount, quietPolls } = attempt
    try {
      const told = await carrier.track(keyOf(attempt, parcelCount), call())
      const { isNews, attempt: now } = await teller.apply(attempt, told, 'poll')
      const quiet = isNews ? 0 : quietPolls + 1
      const sinceMs = Date.now() - (now.statusAt ?? now.createdAt).getTime()
      const nextMs = nextPollMs(now.status ?? 'booked', quiet, sinceMs * haste)
      await schedule(attempt, nextMs === undefined ? null : nextMs / haste, quiet)
    } catch (error) {
      if (!(error instanceof CarrierError)) return unkept(attempt, error)
      await schedule(attempt, error.retryAfterMs ?? AFTER_FAILURE_MS / haste, quietPolls)
    }
  }

  /** What cannot be kept now cannot be kept in a minute. */
  async function unkept(attempt: Due, error: unknown): Promise<void> {
    const { id: attemptId, carrier, status, quietPolls } = attempt
    log.warn({ code: codeOf(error), attemptId }, 'not polled')
    meters.pollFailures.add(1, { carrier })
    const pace = isItsOwnFault(error) ? nextPollMs(status ?? 'booked', quietPolls, 0) : undefined
    await schedule(attempt, (pace ?? AFTER_FAILURE_MS) / haste, quietPolls + 1)
  }

  const schedule = ({ id, readAt }: Due, afterMs: number | null, quietPolls: number) =>
    system
      .updateTable('bookingAttempt')
      .set({ quietPolls, nextPollAt: afterMs === null ? null : new Date(Date.now() + afterMs) })
      .where('id', '=', id)
      // What was settled meanwhile is not asked for any more; what was heard of meanwhile is, at once.
      .where('nextPollAt', '<=', readAt)
      .execute()

  async function pollPage(contract: Contract): Promise<number> {
    const due = await system
      .selectFrom('bookingAttempt')
      .innerJoin('shipment', 'shipment.id', 'bookingAttempt.shipmentId')
      .selectAll('bookingAttempt')
      .select([
        sql<number>`jsonb_array_length(shipment.parcels)`.as('parcelCount'),
        sql<Date>`clock_timestamp()`.as('readAt'),
      ])
      .where('accountId', '=', contract.accountId)
      .where('nextPollAt', '<=', sql<Date>`clock_timestamp()`)
      .orderBy('nextPollAt')
      .limit(PAGE)
      .execute()
    await eachOf(due, (attempt) => poll(contract, attempt))
    await teller.tellUntold()
    return due.length + (await inbox.handleWebhooks(contract))
  }

  return {
    apply: teller.apply,

    /** What is due at one contract, what is still untold, and what its carrier has called us with. @returns how much there was */
    async pollPage(accountId: string): Promise<number> {
      const contract = await contracts.find(accountId)
      return contract ? pollPage(contract) : 0
    },

    /** What the carrier's queue holds. @returns whether there is more */
    async drainPage(accountId: string): Promise<number> {
      const contract = await contracts.find(accountId)
      return contract ? inbox.drainPage(contract) : 0
    },
  }
}

/** Never what an error says: that may quote what was told. */
const codeOf = (error: unknown) =>
  (error as { code?: string }).code ?? (error instanceof Error ? error.name : 'unknown')
