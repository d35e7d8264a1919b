import {
  allHandlersFinished,
  condition,
  continueAsNew,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow'
import type { WebhooksActivities } from '../../activities/integrations/webhooks.ts'
import {
  webhooksQueue,
  webhooksWaiting,
  type DeliverWebhooksInput,
} from '../../contracts/webhooks.ts'
import * as policies from '../policies.ts'

const { deliverDue } = proxyActivities<WebhooksActivities>({
  ...policies.standing,
  taskQueue: webhooksQueue,
})

/**
 * Delivers what waits for one endpoint, for as long as something waits: the only one who does, so that an endpoint's order
 * and limits hold. Whoever writes messages wakes it; it sleeps until the next retry is due, and ends when there is none.
 */
export async function deliverWebhooks({ endpointId }: DeliverWebhooksInput): Promise<void> {
  let isWoken = false
  setHandler(webhooksWaiting, () => void (isWoken = true))

  for (;;) {
    if (workflowInfo().continueAsNewSuggested) {
      await condition(allHandlersFinished)
      await continueAsNew<typeof deliverWebhooks>({ endpointId })
    }
    isWoken = false
    const { resumeInMs } = await deliverDue({ endpointId })
    if (isWoken) continue
    if (resumeInMs === null) return
    await condition(() => isWoken, resumeInMs)
  }
}
