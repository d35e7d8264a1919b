import { WorkflowNotFoundError } from '@temporalio/common'
import { WorkflowUpdateFailedError } from '@temporalio/client'
import { setTimeout as pause } from 'node:timers/promises'
import { cancelDelivery, deliveryWorkflowId } from '../../contracts/logistics.ts'
import type { DeliveryScene } from './scene.ts'

/**
 * A seller changes his mind after so long, and asks until he is answered: Temporal may be away.
 * @returns the shipment, when it was promised that nobody sends it; nothing when it is too late
 */
export async function callOff(
  { temporal }: DeliveryScene,
  shipmentId: string,
  afterMs: number,
): Promise<string | undefined> {
  await pause(afterMs)
  const handle = temporal.client.workflow.getHandle(deliveryWorkflowId(shipmentId))
  for (;;)
    try {
      await handle.executeUpdate(cancelDelivery, { updateId: 'called-off' })
      return shipmentId
    } catch (error) {
      if (error instanceof WorkflowUpdateFailedError || error instanceof WorkflowNotFoundError)
        return undefined
      await pause(500)
    }
}
