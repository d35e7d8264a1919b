import { createSourcesActivities } from '../activities/integrations/sources.ts'
import { connectObjectStore } from '../clients/object-store.ts'
import { createOutbound } from '../clients/outbound/outbound.ts'
import { connectPostgres } from '../clients/postgres.ts'
import { roleUrl } from '../config.ts'
import { fetchingQueue } from '../contracts/fetching.ts'
import type { CreateDomainWorker } from './worker.ts'

/** Files of sellers' sites: each is a stream that mostly waits. */
export const createFetchingWorker: CreateDomainWorker = ({ config }) => {
  const system = connectPostgres({
    url: roleUrl(config, 'system'),
    applicationName: 'yarmarka-fetching',
    max: 4,
  })
  const objectStore = connectObjectStore(config)
  const outbound = createOutbound({ allowedPrivateNetworks: config.ALLOWED_PRIVATE_NETWORKS })
  return {
    options: {
      taskQueue: fetchingQueue,
      activities: createSourcesActivities({
        system: system.db,
        objectStore,
        outbound,
        maxBytes: config.MAX_UPLOAD_BYTES,
      }),
      maxConcurrentActivityTaskExecutions: 16,
    },
    async close() {
      objectStore.close()
      await Promise.all([outbound.close(), system.close()])
    },
  }
}
