import type { WorkflowClient } from '@temporalio/client'
import { WorkflowNotFoundError } from '@temporalio/common'
import { deliveryWorkflowId, taskResolved } from '../../contracts/logistics.ts'
import type { Consequences } from './relay.ts'

export type TaskConsequencesDeps = { workflows: Pick<WorkflowClient, 'getHandle'> }

/** What an operator has settled, its delivery hears of. What was said stays in the database: it may name people. */
export const taskConsequences = ({ workflows }: TaskConsequencesDeps): Consequences => ({
  'delivery.task_resolved': async ({ data }) => {
    const { deliveryId, attemptId } = data as { deliveryId: string; attemptId?: string }
    try {
      await workflows
        .getHandle(deliveryWorkflowId(deliveryId))
        .signal(taskResolved, { ...(attemptId && { attemptId }), resolution: 'resolved' })
    } catch (error) {
      // It has ended: there is nobody left to hear.
      if (!(error instanceof WorkflowNotFoundError)) throw error
    }
  },
})
