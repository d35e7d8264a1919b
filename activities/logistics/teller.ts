import { WorkflowNotFoundError } from '@temporalio/common'
import { sql } from 'kysely'
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
import { applyTracking, changeOf, type ToldTracking } from '../../db/logistics/apply-tracking.ts'
import type { AttemptRow } from '../../db/logistics/attempts.ts'
import { findShipment, markTold } from '../../db/logistics/shipments.ts'
import { DEFAULT_TERMS } from '../../domain/logistics/sla.ts'
import { telling } from './telling.ts'
import type { LogisticsDeps } from './deps.ts'
import { eachOf } from './each-of.ts'
import * as meters from './meters.ts'

export type Teller = ReturnType<typeof createTeller>
export type Source = 'poll' | 'queue' | 'webhook'

const PAGE = 64

/** Keeps what carriers tell, and tells the workflows. */
export const createTeller = ({ system, workflows, log }: LogisticsDeps) => {
  /** Kept and committed first; told after that, and again until it has arrived. */
  async function apply(attempt: AttemptRow, told: ToldTracking, source: Source) {
    const applied = await system
      .transaction()
      .execute((trx) => applyTracking(trx, attempt.id, told, source, telling(pollTracking)))
    meters.unknownCodes.add(applied.unknownCodes.length, { carrier: attempt.carrier })
    for (const reason of applied.problems)
      meters.deliveryProblems.add(1, { carrier: attempt.carrier, reason })
    if (applied.replanned)
      meters.replans.add(1, { carrier: attempt.carrier, why: applied.replanned })
    for (const reason of applied.compensated)
      meters.compensations.add(1, { carrier: attempt.carrier, reason })
    if (applied.change) await tell(attempt.shipmentId)
    if (applied.hasWoken) await wakeLoser(attempt)
    return applied
  }

  async function tell(shipmentId: string): Promise<void> {
    const shipment = await findShipment(system, shipmentId)
    if (!shipment?.liveAttemptId || !shipment.status) return
    try {
      await workflows
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

  async function wakeLoser({ id: attemptId, shipmentId }: AttemptRow): Promise<void> {
    const { watchMs } = (await findShipment(system, shipmentId))?.sla ?? DEFAULT_TERMS
    await workflows.signalWithStart<SettleLoser>(settleLoser, {
      ...{ workflowId: loserWorkflowId(attemptId), taskQueue: logisticsQueue },
      signal: loserWoke,
      args: [{ attemptId, watchMs }],
    })
  }

  return { apply, tellUntold, wakeLoser }
}
