import { cancellationSignal } from '@temporalio/activity'
import { WorkflowNotFoundError } from '@temporalio/common'
import { sql } from 'kysely'
import { CarrierError } from '../../clients/carriers/carrier.ts'
import {
  deliveryWorkflowId,
  logisticsQueue,
  loserWoke,
  loserWorkflowId,
  pollTracking,
  settleLoser,
  trackingChanged,
  type SettleLoser,
} from '../../contracts/logistics.ts'
import { LIVE, type AttemptRow } from '../../db/logistics/attempts.ts'
import { applyTracking, changeOf, type ToldTracking } from '../../db/logistics/apply-tracking.ts'
import { findShipment, markTold } from '../../db/logistics/shipments.ts'
import { notePoint } from '../../db/logistics/pickup-points.ts'
import { nextPollMs } from '../../domain/logistics/next-poll.ts'
import { DEFAULT_TERMS } from '../../domain/logistics/sla.ts'
import { usablePoint } from '../../domain/logistics/usable-point.ts'
import { MINUTE_MS } from '../../domain/logistics/zone.ts'
import { keyOf } from './record-answer.ts'
import { telling } from './telling.ts'
import type { Contract, Contracts } from './contracts-with-carriers.ts'
import type { LogisticsDeps } from './deps.ts'
import * as meters from './meters.ts'

export type Tracker = ReturnType<typeof createTracker>
export type Source = 'poll' | 'queue' | 'webhook'

const PAGE = 64
const AT_ONCE = 8
const AFTER_FAILURE_MS = MINUTE_MS

/** Asks carriers for news, keeps what they tell, and tells the workflows: each step bounded, for whoever repeats it. */
export const createTracker = (deps: LogisticsDeps, contracts: Contracts) => {
  const { system, log } = deps
  const haste = deps.pollHaste ?? 1
  const call = () => ({ signal: cancellationSignal(), timeoutMs: deps.callTimeoutMs })

  /** Kept and committed first; told after that, and again until it has arrived. */
  async function apply(attempt: AttemptRow, told: ToldTracking, source: Source) {
    const applied = await system
      .transaction()
      .execute((trx) => applyTracking(trx, attempt.id, told, source, telling(pollTracking)))
    for (const _ of applied.unknownCodes) meters.unknownCodes.add(1, { carrier: attempt.carrier })
    if (applied.change) await tell(attempt.shipmentId)
    if (applied.hasWoken) await wakeLoser(attempt)
    return applied
  }

  async function tell(shipmentId: string): Promise<void> {
    const shipment = await findShipment(system, shipmentId)
    if (!shipment?.liveAttemptId || !shipment.status) return
    try {
      await deps.workflows
        .getHandle(deliveryWorkflowId(shipmentId))
        .signal(trackingChanged, changeOf(shipment))
    } catch (error) {
      // It has ended: what is told now is history.
      if (!(error instanceof WorkflowNotFoundError)) {
        log.warn({ err: error, shipmentId }, 'a delivery is told later')
        return
      }
    }
    await markTold(system, shipmentId, shipment.version)
  }

  const wakeLoser = async ({ id: attemptId, shipmentId }: AttemptRow) => {
    const { watchMs } = (await findShipment(system, shipmentId))?.sla ?? DEFAULT_TERMS
    await deps.workflows.signalWithStart<SettleLoser>(settleLoser, {
      ...{ workflowId: loserWorkflowId(attemptId), taskQueue: logisticsQueue },
      signal: loserWoke,
      args: [{ attemptId, watchMs }],
    })
  }

  async function poll({ carrier }: Contract, attempt: AttemptRow): Promise<void> {
    try {
      const { isNews, attempt: now } = await apply(
        attempt,
        await carrier.track(keyOf(attempt), call()),
        'poll',
      )
      const quiet = isNews ? 0 : attempt.quietPolls + 1
      const sinceMs = Date.now() - (now.statusAt ?? now.createdAt).getTime()
      const nextMs = nextPollMs(now.status ?? 'booked', quiet, sinceMs * haste)
      await schedule(attempt, nextMs === undefined ? null : nextMs / haste, quiet)
    } catch (error) {
      if (!(error instanceof CarrierError))
        log.warn({ err: error, attemptId: attempt.id }, 'not polled')
      const afterMs = error instanceof CarrierError ? error.retryAfterMs : undefined
      await schedule(attempt, afterMs ?? AFTER_FAILURE_MS / haste, attempt.quietPolls)
    }
  }

  const schedule = ({ id }: AttemptRow, afterMs: number | null, quietPolls: number) =>
    system
      .updateTable('bookingAttempt')
      .set({ quietPolls, nextPollAt: afterMs === null ? null : new Date(Date.now() + afterMs) })
      .where('id', '=', id)
      // What was settled meanwhile is not asked for any more.
      .where('nextPollAt', 'is not', null)
      .execute()

  async function pollPage(contract: Contract): Promise<number> {
    const due = await system
      .selectFrom('bookingAttempt')
      .selectAll()
      .where('accountId', '=', contract.accountId)
      .where('nextPollAt', '<=', sql<Date>`clock_timestamp()`)
      .orderBy('nextPollAt')
      .limit(PAGE)
      .execute()
    await eachOf(due, (attempt) => poll(contract, attempt))
    await tellUntold()
    return due.length + (await handleWebhooks(contract))
  }

  async function tellUntold(): Promise<void> {
    const untold = await system
      .selectFrom('shipment')
      .select('id')
      .where('toldVersion', '<', sql<string>`version`)
      // Whoever has just written it tells it.
      .where('updatedAt', '<', sql<Date>`now() - interval '5 seconds'`)
      .where('liveAttemptId', 'is not', null)
      .limit(PAGE)
      .execute()
    await eachOf(untold, ({ id }) => tell(id))
  }

  const findBooking = (
    contract: Contract,
    { reference, carrierId }: { reference?: string; carrierId: string },
  ) =>
    system
      .selectFrom('bookingAttempt')
      .selectAll()
      .where('accountId', '=', contract.accountId)
      .where((where) =>
        where.or([
          where('carrierRef', '=', carrierId),
          where('trackingNumber', '=', carrierId),
          ...(reference === undefined ? [] : [where('reference', '=', reference)]),
        ]),
      )
      .executeTakeFirst()

  /** What a carrier has called us with: what it proves is applied, what it only claims is asked for. */
  async function handleWebhooks(contract: Contract): Promise<number> {
    const waiting = await system
      .selectFrom('carrierWebhook')
      .selectAll()
      .where('accountId', '=', contract.accountId)
      .where('handledAt', 'is', null)
      .orderBy('id')
      .limit(PAGE)
      .execute()
    for (const webhook of waiting) {
      const outcome = await handleWebhook(contract, webhook)
      meters.carrierWebhooks.add(1, { carrier: contract.carrier.id, outcome })
      await system
        .updateTable('carrierWebhook')
        .set({ outcome, handledAt: sql`now()` })
        .where('id', '=', webhook.id)
        .execute()
    }
    return waiting.length
  }

  async function handleWebhook(
    contract: Contract,
    { body, headers }: { body: Buffer; headers: Record<string, string> },
  ): Promise<string> {
    const told = contract.carrier.parseWebhook?.(body, new Headers(headers))
    if (!told || told.outcome === 'ignored') return 'ignored'
    if (told.outcome === 'forged') return 'forged'
    if (told.outcome === 'point-changed') return await readPointAgain(contract, told.code)
    const attempt = await findBooking(contract, told)
    if (!attempt) return 'stranger'
    // A loser's is told by its watch as well: whatever it says, it is looked at.
    if (told.isHint && LIVE.includes(attempt.state)) {
      await schedule(attempt, 0, 0)
      return 'hint'
    }
    if (told.isHint) await wakeLoser(attempt)
    else await apply(attempt, { events: told.events }, 'webhook')
    return told.isHint ? 'hint' : 'applied'
  }

  /** Nobody signs what is told of a point: what counts is what its carrier answers. What it does not now, the next sync sees. */
  async function readPointAgain({ carrier }: Contract, code: string): Promise<string> {
    if (!carrier.point) return 'ignored'
    try {
      const point = await carrier.point(code, call())
      await notePoint(system, { carrier: carrier.id, code }, point && usablePoint(point))
      return 'point'
    } catch (error) {
      if (!(error instanceof CarrierError)) throw error
      return 'point-unread'
    }
  }

  return {
    apply,

    /** What is due at one contract, what is still untold, and what its carrier has called us with. @returns how much there was */
    async pollPage(accountId: string): Promise<number> {
      const contract = await contracts.find(accountId)
      return contract ? pollPage(contract) : 0
    },

    /** What the carrier's queue holds. It comes again until it is confirmed, and that happens when it is kept. @returns whether there is more */
    async drainPage(accountId: string): Promise<number> {
      const contract = await contracts.find(accountId)
      if (!contract?.carrier.queue) return 0
      try {
        const { ticket, changes, isLast } = await contract.carrier.queue.next(call())
        for (const { event, ...key } of changes) {
          const attempt = await findBooking(contract, key)
          if (attempt) await apply(attempt, { events: [event] }, 'queue')
        }
        if (ticket !== undefined) await contract.carrier.queue.confirm(ticket, call())
        return isLast ? 0 : 1
      } catch (error) {
        if (!(error instanceof CarrierError)) throw error
        return 0
      }
    },
  }
}

async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const left = items.values()
  const run = async () => {
    for (const item of left) await work(item)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, run))
}
