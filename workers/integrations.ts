import { createFeedsActivities } from '../activities/integrations/feeds.ts'
import { createIntegrationsActivities } from '../activities/integrations/index.ts'
import { createMergingActivities } from '../activities/integrations/merging.ts'
import { createRelayActivities } from '../activities/integrations/relay.ts'
import { createReviewingActivities } from '../activities/integrations/reviewing.ts'
import { connectPostgres } from '../clients/postgres.ts'
import { roleUrl } from '../config.ts'
import {
  integrationsQueue,
  relayEvents,
  relayWorkflowId,
  type RelayEvents,
} from '../contracts/integrations.ts'
import type { CreateDomainWorker } from './worker.ts'

export const createIntegrationsWorker: CreateDomainWorker = ({ config, temporal, log }) => {
  const system = connectPostgres({
    url: roleUrl(config, 'system'),
    applicationName: 'yarmarka-integrations',
  })
  const seller = connectPostgres({
    url: roleUrl(config, 'seller'),
    applicationName: 'yarmarka-integrations',
  })
  return {
    workflows: 'integrations',
    options: {
      taskQueue: integrationsQueue,
      activities: {
        ...createIntegrationsActivities({ system: system.db }),
        ...createMergingActivities({ system: system.db, seller: seller.db }),
        ...createReviewingActivities({ system: system.db }),
        ...createFeedsActivities({ system: system.db, log }),
        ...createRelayActivities({
          system: system.db,
          workflows: temporal.workflow,
          schedules: temporal.schedule,
        }),
      },
      maxConcurrentActivityTaskExecutions: 8,
    },
    async startStanding() {
      await temporal.workflow.start<RelayEvents>(relayEvents, {
        workflowId: relayWorkflowId,
        workflowIdConflictPolicy: 'USE_EXISTING',
        taskQueue: integrationsQueue,
      })
    },
    close: async () => void (await Promise.all([system.close(), seller.close()])),
  }
}
