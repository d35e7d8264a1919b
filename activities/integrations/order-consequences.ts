import { WorkflowExecutionAlreadyStartedError, type WorkflowClient } from '@temporalio/client'
import { WorkflowNotFoundError } from '@temporalio/common'
import type { Kysely } from 'kysely'
import { deliveryWorkflowId, orderCancelled } from '../../contracts/logistics.ts'
import {
  fulfilOrder,
  orderMoved,
  ordersQueue,
  orderWorkflowId,
  type FulfilOrder,
  type OrderState,
} from '../../contracts/orders.ts'
import type { Database } from '../../db/database.ts'
import { findShipmentOfOrder } from '../../db/logistics/shipments.ts'
import type { Consequences } from './relay.ts'

export type OrderConsequencesDeps = {
  system: Kysely<Database>
  workflows: Pick<WorkflowClient, 'start' | 'getHandle'>
}

/** What must happen because of an event about an order; each can be repeated. */
export const orderConsequences = ({ system, workflows }: OrderConsequencesDeps): Consequences => ({
  /** The workflow's id makes it once: the API's own start, or an earlier try of ours, may have come first. */
  'order.created': async ({ data }) => {
    const { orderId } = data as { orderId: string }
    try {
      await workflows.start<FulfilOrder>(fulfilOrder, {
        workflowId: orderWorkflowId(orderId),
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        taskQueue: ordersQueue,
        args: [{ orderId }],
      })
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error
    }
  },
  'order.status_changed': async ({ data }) => {
    const { orderId, state } = data as { orderId: string; state: OrderState }
    await unlessEnded(workflows.getHandle(orderWorkflowId(orderId)).signal(orderMoved, { state }))
    if (state !== 'cancelled') return
    const shipment = await findShipmentOfOrder(system, orderId)
    if (shipment)
      await unlessEnded(workflows.getHandle(deliveryWorkflowId(shipment.id)).signal(orderCancelled))
  },
})

/** A workflow that has ended knows how its order stands; it may be itself that moved it. */
async function unlessEnded(signal: Promise<void>): Promise<void> {
  try {
    await signal
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error
  }
}
