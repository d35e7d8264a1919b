import { WorkflowExecutionAlreadyStartedError, type WorkflowClient } from '@temporalio/client'
import {
  deliverOrder,
  deliveryWorkflowId,
  drainTrackingQueue,
  logisticsQueue,
  pollTracking,
  trackingQueueWorkflowId,
  trackingWorkflowId,
  type CarrierId,
  type DeliverOrder,
  type DrainTrackingQueue,
  type PollTracking,
} from '../../contracts/logistics.ts'
import type { Consequences } from './relay.ts'

export type DeliveryConsequencesDeps = { workflows: Pick<WorkflowClient, 'start'> }

/** What must happen because of an event about a delivery or a contract with a carrier; each can be repeated. */
export const deliveryConsequences = ({ workflows }: DeliveryConsequencesDeps): Consequences => ({
  /** The workflow's id makes it once: the API's own start, or an earlier try of ours, may have come first. */
  'delivery.requested': async ({ data }) => {
    const { deliveryId } = data as { deliveryId: string }
    try {
      await workflows.start<DeliverOrder>(deliverOrder, {
        workflowId: deliveryWorkflowId(deliveryId),
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        taskQueue: logisticsQueue,
        args: [{ shipmentId: deliveryId }],
      })
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error
    }
  },

  /** One asks for news of what it carries; one takes what it queues. */
  'carrier-account.changed': async ({ data }) => {
    const { accountId, carrier } = data as { accountId: string; carrier: CarrierId }
    const standing = {
      workflowIdConflictPolicy: 'USE_EXISTING',
      taskQueue: logisticsQueue,
    } as const
    await workflows.start<PollTracking>(pollTracking, {
      ...standing,
      workflowId: trackingWorkflowId(accountId),
      args: [{ accountId }],
    })
    if (carrier === 'dpd')
      await workflows.start<DrainTrackingQueue>(drainTrackingQueue, {
        ...standing,
        workflowId: trackingQueueWorkflowId(accountId),
        args: [{ accountId }],
      })
  },
})
