import { ParentClosePolicy, startChild } from '@temporalio/workflow'
import { warmUpWorkflowId } from '../../contracts/storefront.ts'
import { warmCache } from './warm-cache.ts'

/** Starts a warm-up that goes on by itself; one that runs is as good. */
export async function beginWarmUp(): Promise<void> {
  try {
    await startChild(warmCache, {
      workflowId: warmUpWorkflowId,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      args: [{}],
    })
  } catch (error) {
    if (!isAlreadyRunning(error)) throw error
  }
}

/** Told by its name, for workflows do not see its class. */
const isAlreadyRunning = (error: unknown) =>
  error instanceof Error && error.name === 'WorkflowExecutionAlreadyStartedError'
