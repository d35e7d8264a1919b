import { createStorefrontActivities } from '../activities/storefront/index.ts'
import { createSuggestionsActivities } from '../activities/storefront/suggestions.ts'
import { createDriftActivities } from '../activities/storefront/drift.ts'
import { createPopularityActivities } from '../activities/storefront/popularity.ts'
import { createReindexingActivities } from '../activities/storefront/reindexing.ts'
import { createWarmUpActivities } from '../activities/storefront/warm-up.ts'
import { watchBacklog } from '../activities/storefront/watch-backlog.ts'
import { watchSchema } from '../activities/storefront/watch-schema.ts'
import { createInvalidator } from '../clients/cache/invalidator.ts'
import { createPageCache } from '../clients/cache/page-cache.ts'
import { createBulkWriter } from '../clients/elasticsearch/bulk-writer.ts'
import { connectElasticsearch } from '../clients/elasticsearch/connect.ts'
import { connectPostgres } from '../clients/postgres.ts'
import { connectRedis } from '../clients/redis.ts'
import { roleUrl } from '../config.ts'
import {
  projectChanges,
  projectionWorkflowId,
  sinks,
  storefrontQueue,
  warmCache,
  warmUpWorkflowId,
  type ProjectChanges,
  type WarmCache,
} from '../contracts/storefront.ts'
import { shopProductsIndex } from '../domain/storefront/search-index.ts'
import type { CreateDomainWorker } from './worker.ts'

/**
 * The longest statements read the whole catalogue once, for suggestions; all others are of a page or a batch. What has run
 * for so long waits for somebody who is gone, and would keep its activity until its own time is up.
 */
const STATEMENT_TIMEOUT_MS = 5 * 60_000

export const createStorefrontWorker: CreateDomainWorker = ({ config, temporal, log }) => {
  const system = connectPostgres({
    url: roleUrl(config, 'system'),
    applicationName: 'yarmarka-storefront',
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  })
  /** Sees what everybody sees: for what listings should hold. */
  const storefront = connectPostgres({
    url: roleUrl(config, 'storefront'),
    applicationName: 'yarmarka-storefront',
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    max: 2,
  })
  const elasticsearch = connectElasticsearch({ url: config.ELASTICSEARCH_URL })
  const redis = connectRedis({
    url: config.REDIS_URL,
    commandTimeoutMs: 5_000,
    patient: true,
  })
  const deps = {
    system: system.db,
    storefront: storefront.db,
    elasticsearch,
    writer: createBulkWriter(elasticsearch),
    index: shopProductsIndex,
    redis,
    invalidator: createInvalidator(redis),
    /** Of no process: what it makes is in Redis alone. */
    cache: createPageCache({ redis, maxBytes: 1, staleOnErrorMs: () => 0 }),
    log,
  }
  const watches: (() => void)[] = []
  return {
    workflows: 'storefront',
    options: {
      taskQueue: storefrontQueue,
      activities: {
        ...createStorefrontActivities(deps),
        ...createReindexingActivities(deps),
        ...createDriftActivities(deps),
        ...createSuggestionsActivities({ system: system.db, elasticsearch }),
        ...createWarmUpActivities(deps),
        ...createPopularityActivities(deps),
      },
      maxConcurrentActivityTaskExecutions: 8,
    },
    async startStanding() {
      for (const sink of sinks)
        await temporal.workflow.start<ProjectChanges>(projectChanges, {
          workflowId: projectionWorkflowId(sink),
          workflowIdConflictPolicy: 'USE_EXISTING',
          taskQueue: storefrontQueue,
          args: [{ sink, projected: 0 }],
        })
      await temporal.workflow.start<WarmCache>(warmCache, {
        workflowId: warmUpWorkflowId,
        workflowIdConflictPolicy: 'USE_EXISTING',
        taskQueue: storefrontQueue,
        args: [{}],
      })
      watches.push(watchBacklog(deps))
      watches.push(await watchSchema(deps))
    },
    async close() {
      for (const stop of watches) stop()
      redis.disconnect()
      await Promise.all([elasticsearch.close(), system.close(), storefront.close()])
    },
  }
}
