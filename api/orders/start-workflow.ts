import { WorkflowExecutionAlreadyStartedError, type WorkflowClient } from '@temporalio/client'
import type { Logger } from '../../clients/logger.ts'
import {
  fulfilOrder,
  ordersQueue,
  orderWorkflowId,
  type FulfilOrder,
} from '../../contracts/orders.ts'

export type StartWorkflowDeps = {
  workflows: Pick<WorkflowClient, 'start' | 'withDeadline'>
  log: Pick<Logger, 'warn'>
}

const STARTED_WITHIN_MS = 1_000

/** A shortcut that never fails: when Temporal is slow or away, `relayEvents` starts it by the order's event. */
export async function startWorkflow(
  { workflows, log }: StartWorkflowDeps,
  orderId: string,
): Promise<void> {
  try {
    await workflows.withDeadline(Date.now() + STARTED_WITHIN_MS, () =>
      workflows.start<FulfilOrder>(fulfilOrder, {
        workflowId: orderWorkflowId(orderId),
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        taskQueue: ordersQueue,
        args: [{ orderId }],
      }),
    )
  } catch (err) {
    if (!(err instanceof WorkflowExecutionAlreadyStartedError))
      log.warn({ err, orderId }, 'the order waits for the relay')
  }
}
