import { createQuotes } from '../activities/logistics/ask-for-quotes.ts'
import { createLogisticsActivities } from '../activities/logistics/index.ts'
import { contractForPoints } from '../activities/logistics/contract-for-points.ts'
import { openContracts } from '../activities/logistics/contracts-with-carriers.ts'
import type { LogisticsDeps } from '../activities/logistics/deps.ts'
import { createPointsActivities } from '../activities/logistics/points.ts'
import { startPolling } from '../activities/logistics/ensure-polling.ts'
import { createTrackingActivities } from '../activities/logistics/tracking.ts'
import { carrierConnector } from '../clients/carriers/create-carriers.ts'
import { connectElasticsearch } from '../clients/elasticsearch/connect.ts'
import { connectObjectStore } from '../clients/object-store.ts'
import { connectPostgres } from '../clients/postgres.ts'
import { connectRedis } from '../clients/redis.ts'
import { createSecretBox } from '../clients/secret-box.ts'
import { roleUrl } from '../config.ts'
import { logisticsQueue } from '../contracts/logistics.ts'
import type { CreateDomainWorker } from './worker.ts'

/** Breakers are of each process alone while Redis takes longer. */
const REDIS_TIMEOUT_MS = 500

export const createLogisticsWorker: CreateDomainWorker = ({ config, temporal, log }) => {
  const system = connectPostgres({
    url: roleUrl(config, 'system'),
    applicationName: 'yarmarka-logistics',
    max: 12,
  })
  const objectStore = connectObjectStore(config)
  const elasticsearch = connectElasticsearch({ url: config.ELASTICSEARCH_URL })
  const redis = connectRedis({
    url: config.REDIS_URL,
    commandTimeoutMs: REDIS_TIMEOUT_MS,
  })
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
  const contracts = openContracts(deps)
  const points = createPointsActivities({
    ...{ system: system.db, elasticsearch, log },
    carrierOf: contractForPoints(system.db, contracts),
  })
  const checkPoint: LogisticsDeps['checkPoint'] = (point, parcels) =>
    points.checkPickupPoint({ ...point, parcels: [...parcels] })
  return {
    workflows: 'logistics',
    options: {
      taskQueue: logisticsQueue,
      activities: {
        ...createLogisticsActivities({ ...deps, checkPoint }, contracts),
        ...createQuotes(deps, contracts),
        ...createTrackingActivities(deps, contracts),
        ...points,
      },
      maxConcurrentActivityTaskExecutions: 32,
    },
    async startStanding() {
      const accounts = await system.db
        .selectFrom('carrierAccount')
        .select(['id as accountId', 'carrier'])
        .execute()
      for (const account of accounts) await startPolling(temporal.workflow, account)
    },
    async close() {
      objectStore.close()
      redis.disconnect()
      await Promise.all([system.close(), elasticsearch.close()])
    },
  }
}
