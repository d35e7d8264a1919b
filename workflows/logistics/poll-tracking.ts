import { continueAsNew, proxyActivities, workflowInfo } from '@temporalio/workflow'
import type { TrackingActivities } from '../../activities/logistics/tracking.ts'
import { trackingQueue, type ContractInput } from '../../contracts/logistics.ts'
import * as policies from '../policies.ts'

const { pollContract } = proxyActivities<TrackingActivities>({
  ...policies.standing,
  taskQueue: trackingQueue,
})

/** Asks one contract's carrier for news of what is on its way, each shipment when it is due. Runs while there is a contract. */
export async function pollTracking(input: ContractInput): Promise<void> {
  while (!workflowInfo().continueAsNewSuggested)
    if ((await pollContract(input)) === 'no-contract') return
  await continueAsNew<typeof pollTracking>(input)
}
