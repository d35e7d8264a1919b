import { createQuotes } from '../activities/logistics/ask-for-quotes.ts'
import { createLogisticsActivities } from '../activities/logistics/index.ts'
import { contractForPoints } from '../activities/logistics/contract-for-points.ts'
import type { LogisticsDeps } from '../activities/logistics/deps.ts'
import { createPointsActivities } from '../activities/logistics/points.ts'
import { startPolling } from '../activities/logistics/ensure-polling.ts'
import { connectElasticsearch } from '../clients/elasticsearch/connect.ts'
import { logisticsQueue } from '../contracts/logistics.ts'
import { listPolledAccounts } from '../db/logistics/carrier-accounts.ts'
import { openCarriers } from './open-carriers.ts'
import { CACHED_DELIVERIES, type CreateDomainWorker } from './worker.ts'

export const createLogisticsWorker: CreateDomainWorker = (context) => {
  const { config, temporal, log } = context
  const { deps, contracts, close } = openCarriers(context, {
    applicationName: 'yarmarka-logistics',
    max: 12,
  })
  const { system } = deps
  const elasticsearch = connectElasticsearch({ url: config.ELASTICSEARCH_URL })
  const points = createPointsActivities({
    ...{ system, elasticsearch, log },
    carrierOf: contractForPoints(system, contracts),
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
        ...points,
      },
      maxConcurrentActivityTaskExecutions: 32,
      maxCachedWorkflows: CACHED_DELIVERIES,
    },
    async startStanding() {
      for (const account of await listPolledAccounts(system))
        await startPolling(temporal.workflow, account)
    },
    async close() {
      await Promise.all([close(), elasticsearch.close()])
    },
  }
}
