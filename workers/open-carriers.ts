import { openContracts } from '../activities/logistics/contracts-with-carriers.ts'
import { carrierConnector } from '../clients/carriers/create-carriers.ts'
import { connectObjectStore } from '../clients/object-store.ts'
import { connectPostgres } from '../clients/postgres.ts'
import { connectRedis } from '../clients/redis.ts'
import { createSecretBox } from '../clients/secret-box.ts'
import { roleUrl } from '../config.ts'
import type { WorkerContext } from './worker.ts'

/** Breakers are of each process alone while Redis takes longer. */
const REDIS_TIMEOUT_MS = 500

/** What speaks with carriers by the contracts that there are, for the workers that do. */
export function openCarriers(
  { config, temporal, log }: WorkerContext,
  { applicationName, max }: { applicationName: string; max: number },
) {
  const system = connectPostgres({ url: roleUrl(config, 'system'), applicationName, max })
  const objectStore = connectObjectStore(config)
  const redis = connectRedis({ url: config.REDIS_URL, commandTimeoutMs: REDIS_TIMEOUT_MS })
  const deps = {
    system: system.db,
    secrets: createSecretBox(config.SECRETS_KEY),
    connect: carrierConnector({ redis }),
    objectStore,
    workflows: temporal.workflow,
    log,
    ...(config.API_URL !== undefined && { apiUrl: config.API_URL }),
    callTimeoutMs: config.CARRIER_TIMEOUT_MS,
    pollHaste: config.TRACKING_HASTE,
  }
  return {
    ...{ deps, contracts: openContracts(deps) },
    async close() {
      objectStore.close()
      redis.disconnect()
      await system.close()
    },
  }
}
