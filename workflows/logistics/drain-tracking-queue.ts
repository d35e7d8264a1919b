import { continueAsNew, proxyActivities, workflowInfo } from '@temporalio/workflow'
import type { TrackingActivities } from '../../activities/logistics/tracking.ts'
import { trackingQueue, type ContractInput } from '../../contracts/logistics.ts'
import * as policies from '../policies.ts'

const { drainQueue } = proxyActivities<TrackingActivities>({
  ...policies.standing,
  taskQueue: trackingQueue,
})

/** Takes what a carrier queues for one contract: kept first, then confirmed. The only one to do so: a queue has one reader. */
export async function drainTrackingQueue(input: ContractInput): Promise<void> {
  while (!workflowInfo().continueAsNewSuggested)
    if ((await drainQueue(input)) === 'no-contract') return
  await continueAsNew<typeof drainTrackingQueue>(input)
}
