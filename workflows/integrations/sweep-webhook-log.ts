import { proxyActivities } from '@temporalio/workflow'
import type { WebhookLogActivities } from '../../activities/integrations/webhook-log.ts'
import { webhooksQueue } from '../../contracts/webhooks.ts'
import * as policies from '../policies.ts'

const { forgetOldMessages, wakeStalledEndpoints } = proxyActivities<WebhookLogActivities>({
  ...policies.optional,
  taskQueue: webhooksQueue,
})

/** Forgets messages whose time is over, and wakes endpoints that nobody attends to though something is due. */
export async function sweepWebhookLog(): Promise<void> {
  await wakeStalledEndpoints()
  await forgetOldMessages()
}
