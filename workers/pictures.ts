import { createPicturesActivities } from '../activities/integrations/pictures.ts'
import { connectObjectStore } from '../clients/object-store.ts'
import { createGate } from '../clients/outbound/gate.ts'
import { createOutbound } from '../clients/outbound/outbound.ts'
import { connectPostgres } from '../clients/postgres.ts'
import { roleUrl } from '../config.ts'
import { picturesQueue } from '../contracts/fetching.ts'
import type { CreateDomainWorker } from './worker.ts'

/** Four shops at a time share eight downloads, two of one host: up to 80 MB of pictures in memory. */
export const createPicturesWorker: CreateDomainWorker = ({ config }) => {
  const system = connectPostgres({
    url: roleUrl(config, 'system'),
    applicationName: 'yarmarka-pictures',
    max: 8,
  })
  const objectStore = connectObjectStore(config)
  const outbound = createOutbound({ allowedPrivateNetworks: config.ALLOWED_PRIVATE_NETWORKS })
  return {
    options: {
      taskQueue: picturesQueue,
      activities: createPicturesActivities({
        system: system.db,
        objectStore,
        outbound,
        gate: createGate({ overall: 8, perHost: 2 }),
      }),
      maxConcurrentActivityTaskExecutions: 4,
    },
    async close() {
      objectStore.close()
      await Promise.all([outbound.close(), system.close()])
    },
  }
}
