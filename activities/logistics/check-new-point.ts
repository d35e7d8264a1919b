import { ApplicationFailure } from '@temporalio/activity'
import type { NewPoint } from '../../contracts/logistics.ts'
import { findShipment } from '../../db/logistics/shipments.ts'
import { heartbeating } from '../heartbeating.ts'
import type { LogisticsDeps } from './deps.ts'

export const createPointCheck = ({ system, checkPoint, log }: LogisticsDeps) => ({
  /** Whether the parcels can be sent to a point: before a booking to another one is given up for it. */
  checkNewPoint: ({ shipmentId, point }: { shipmentId: string; point: NewPoint }) =>
    heartbeating(async (): Promise<{ isUsable: boolean }> => {
      const shipment = await findShipment(system, shipmentId)
      if (!shipment) throw ApplicationFailure.nonRetryable('No such shipment', 'NotFound')
      try {
        const checked = await checkPoint?.(point, shipment.parcels)
        return { isUsable: checked === undefined || checked.outcome === 'ok' }
      } catch (error) {
        // The plan checks it again.
        log.warn({ err: error, shipmentId }, 'a pickup point was not checked')
        return { isUsable: true }
      }
    }),
})
