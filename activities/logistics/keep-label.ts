import { ApplicationFailure, cancellationSignal } from '@temporalio/activity'
import { getAttempt } from '../../db/logistics/attempts.ts'
import { findShipment } from '../../db/logistics/shipments.ts'
import { heartbeating } from '../heartbeating.ts'
import { keyOf } from './booking-key.ts'
import type { AttemptKey } from './booking.ts'
import type { Contracts } from './contracts-with-carriers.ts'
import type { LogisticsDeps } from './deps.ts'

export const labelKey = (attemptId: string) => `labels/${attemptId}.pdf`

export const createLabels = (deps: LogisticsDeps, contracts: Contracts) => ({
  /** Puts the label of a booking into the object store; fails while its carrier has not made it. Uber has none. */
  keepLabel: ({ attemptId }: AttemptKey): Promise<void> =>
    heartbeating(async () => {
      const attempt = await getAttempt(deps.system, attemptId)
      if (attempt.state !== 'booked' || attempt.labelKey !== null) return
      const carrier = await contracts.get(attempt.accountId)
      if (!carrier.label) return
      const shipment = await findShipment(deps.system, attempt.shipmentId)
      const answer = await carrier.label(keyOf(attempt, shipment?.parcels.length), {
        ...{ signal: cancellationSignal(), timeoutMs: deps.callTimeoutMs },
      })
      if (answer.outcome === 'pending')
        throw ApplicationFailure.retryable('The label is not made yet', 'Pending')
      await deps.objectStore.put(labelKey(attemptId), whole(answer.pdf))
      await deps.system
        .updateTable('bookingAttempt')
        .set({ labelKey: labelKey(attemptId) })
        .where('id', '=', attemptId)
        .execute()
    }),
})

async function* whole(bytes: Uint8Array) {
  yield bytes
}
