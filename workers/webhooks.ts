import { createWebhookLogActivities } from '../activities/integrations/webhook-log.ts'
import { createWebhooksActivities } from '../activities/integrations/webhooks.ts'
import { createOutbound } from '../clients/outbound/outbound.ts'
import { connectPostgres } from '../clients/postgres.ts'
import { createSecretBox } from '../clients/secret-box.ts'
import { roleUrl } from '../config.ts'
import { webhooksQueue } from '../contracts/webhooks.ts'
import type { CreateDomainWorker } from './worker.ts'

/** One activity per endpoint that has something to deliver; most of them wait for their receivers. */
export const createWebhooksWorker: CreateDomainWorker = ({ config, temporal, log }) => {
  const system = connectPostgres({
    url: roleUrl(config, 'system'),
    applicationName: 'yarmarka-webhooks',
    max: 8,
  })
  const outbound = createOutbound({
    allowedPrivateNetworks: config.ALLOWED_PRIVATE_NETWORKS,
    // Bounded by the endpoints' concurrency; endpoints of one origin must not wait for each other.
    connections: null,
  })
  return {
    options: {
      taskQueue: webhooksQueue,
      activities: {
        ...createWebhooksActivities({
          system: system.db,
          outbound,
          secrets: createSecretBox(config.SECRETS_KEY),
          log,
        }),
        ...createWebhookLogActivities({ system: system.db, workflows: temporal.workflow }),
      },
      maxConcurrentActivityTaskExecutions: 1_000,
    },
    close: async () => void (await Promise.all([outbound.close(), system.close()])),
  }
}
