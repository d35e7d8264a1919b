import { activityInfo, ApplicationFailure } from '@temporalio/activity'
import type { HumanTaskKind } from '../../contracts/logistics.ts'
import type { AttemptRow } from '../../db/logistics/attempts.ts'
import { findShipment } from '../../db/logistics/shipments.ts'
import { ensureTask } from '../../db/logistics/tasks.ts'
import { DEFAULT_TERMS } from '../../domain/logistics/sla.ts'
import type { LogisticsDeps } from './deps.ts'
import { telling } from './telling.ts'

/** Failures by which a step comes again; a person is told where that takes long. */
export const createWaiting = ({ system }: LogisticsDeps) => {
  async function askPerson(attempt: AttemptRow, kind: HumanTaskKind, afterMs: number) {
    if (Date.now() - activityInfo().scheduledTimestampMs < afterMs) return
    const shipment = await findShipment(system, attempt.shipmentId)
    const task = { kind, attemptId: attempt.id, details: { carrier: attempt.carrier } }
    await system.transaction().execute((trx) => ensureTask(trx, shipment!, task, telling()))
  }

  return {
    /** Nothing is wrong yet. */
    notYet: (restMs: number) =>
      ApplicationFailure.create({
        ...{ message: 'What was asked for may be under way', type: 'Unsettled' },
        nextRetryDelay: restMs,
      }),

    async notSettled(attempt: AttemptRow) {
      const shipment = await findShipment(system, attempt.shipmentId)
      const { unsettledMs } = shipment?.sla ?? DEFAULT_TERMS
      await askPerson(attempt, 'unsettled-booking', unsettledMs)
      return ApplicationFailure.retryable('The carrier has not settled it yet', 'Unsettled')
    },

    async byPhoneOnly(attempt: AttemptRow) {
      await askPerson(attempt, 'cancel-by-phone', 0)
      return ApplicationFailure.retryable('Only a person can have it cancelled', 'NeedsHuman')
    },
  }
}
