import { createFeedArtefactsActivities } from '../activities/integrations/feed-artefacts.ts'
import { createParsingActivities } from '../activities/integrations/parsing.ts'
import { createReportingActivities } from '../activities/integrations/reporting.ts'
import { connectObjectStore } from '../clients/object-store.ts'
import { connectPostgres } from '../clients/postgres.ts'
import { roleUrl } from '../config.ts'
import { parsingQueue } from '../contracts/integrations.ts'
import { formats } from '../formats/formats.ts'
import type { CreateDomainWorker } from './worker.ts'

/** Files are parsed in a process of their own, two at a time: one core each, one batch of rows each in memory. */
export const createParsingWorker: CreateDomainWorker = ({ config }) => {
  const system = connectPostgres({
    url: roleUrl(config, 'system'),
    applicationName: 'yarmarka-parsing',
    max: 4,
  })
  const objectStore = connectObjectStore(config)
  return {
    options: {
      taskQueue: parsingQueue,
      activities: {
        ...createParsingActivities({ system, objectStore, formats }),
        ...createReportingActivities({ system: system.db, objectStore, formats }),
        ...createFeedArtefactsActivities({ system: system.db, objectStore }),
      },
      maxConcurrentActivityTaskExecutions: 2,
    },
    async close() {
      objectStore.close()
      await system.close()
    },
  }
}
