import type { WorkflowClient } from '@temporalio/client'
import {
  drainTrackingQueue,
  logisticsQueue,
  pollTracking,
  trackingQueueWorkflowId,
  trackingWorkflowId,
  type CarrierId,
  type DrainTrackingQueue,
  type PollTracking,
} from '../../contracts/logistics.ts'
import type { LogisticsDeps } from './deps.ts'

type Account = { accountId: string; carrier: CarrierId }

/** One asks for news of what a contract carries; one takes what its carrier queues. Harmless when they run. */
export async function startPolling(
  workflows: Pick<WorkflowClient, 'start'>,
  { accountId, carrier }: Account,
): Promise<void> {
  const standing = { workflowIdConflictPolicy: 'USE_EXISTING', taskQueue: logisticsQueue } as const
  await workflows.start<PollTracking>(pollTracking, {
    ...standing,
    workflowId: trackingWorkflowId(accountId),
    args: [{ accountId }],
  })
  // DPD alone has a queue.
  if (carrier === 'dpd')
    await workflows.start<DrainTrackingQueue>(drainTrackingQueue, {
      ...standing,
      workflowId: trackingQueueWorkflowId(accountId),
      args: [{ accountId }],
    })
}

const polled = new Set<string>()

/** A contract that is newer than this process is polled from its first booking on. */
export async function ensurePolling(
  { workflows, log }: LogisticsDeps,
  { accountId, carrier }: Account,
): Promise<void> {
  if (polled.has(accountId)) return
  try {
    await startPolling(workflows, { accountId, carrier })
    polled.add(accountId)
  } catch (err) {
    log.warn({ err, accountId }, 'a contract is polled later')
  }
}
