import { cancellationSignal } from '@temporalio/activity'
import type { WorkflowClient } from '@temporalio/client'
import type { Kysely } from 'kysely'
import type { Database } from '../../db/database.ts'
import {
  forgetDeletedEndpoints,
  forgetMessages,
  listStalledEndpoints,
} from '../../db/integrations/webhooks/log.ts'
import { heartbeating } from '../heartbeating.ts'
import { wakeDeliverer } from './webhook-consequences.ts'

export type WebhookLogDeps = {
  /** Connected as the role `system`. */
  system: Kysely<Database>
  workflows: Pick<WorkflowClient, 'signalWithStart'>
}
export type WebhookLogActivities = ReturnType<typeof createWebhookLogActivities>

const AT_A_TIME = 2_000

export const createWebhookLogActivities = ({ system, workflows }: WebhookLogDeps) => ({
  /** Some at a time, each a short transaction. */
  forgetOldMessages: (): Promise<void> =>
    heartbeating(async () => {
      do cancellationSignal().throwIfAborted()
      while ((await forgetMessages(system, AT_A_TIME)) === AT_A_TIME)
      await forgetDeletedEndpoints(system)
    }),

  wakeStalledEndpoints: (): Promise<void> =>
    heartbeating(async () => {
      for (const endpointId of await listStalledEndpoints(system))
        await wakeDeliverer(workflows, endpointId)
    }),
})
