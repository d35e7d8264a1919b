import { WorkflowExecutionAlreadyStartedError, type WorkflowClient } from '@temporalio/client'
import { WorkflowNotFoundError } from '@temporalio/common'
import {
  fulfilOrder,
  orderMoved,
  ordersQueue,
  orderWorkflowId,
  type FulfilOrder,
  type OrderState,
} from '../../contracts/orders.ts'
import type { Consequences } from './relay.ts'

export type OrderConsequencesDeps = { workflows: Pick<WorkflowClient, 'start' | 'getHandle'> }

/** What must happen because of an event about an order; each can be repeated. */
export const orderConsequences = ({ workflows }: OrderConsequencesDeps): Consequences => ({
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
  /** A workflow that has ended knows that the order has; it may be itself that ended it. */
  'order.status_changed': async ({ data }) => {
    const { orderId, state } = data as { orderId: string; state: OrderState }
    try {
      await workflows.getHandle(orderWorkflowId(orderId)).signal(orderMoved, { state })
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error
    }
  },
})
