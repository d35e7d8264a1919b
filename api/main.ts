import { createPageCache } from '../clients/cache/page-cache.ts'
import { connectElasticsearch } from '../clients/elasticsearch/connect.ts'
import { createLogger } from '../clients/logger.ts'
import { connectObjectStore } from '../clients/object-store.ts'
import { connectPostgres, type PostgresOptions } from '../clients/postgres.ts'
import { connectRedis } from '../clients/redis.ts'
import { createSecretBox } from '../clients/secret-box.ts'
import { connectTemporal } from '../clients/temporal.ts'
import { createTrackTokens } from '../clients/track-token.ts'
import { sharedBuckets } from '../clients/token-buckets.ts'
import { readConfigOrExit, roleUrl, type DatabaseRole } from '../config.ts'
import { CACHE_POLICIES, type CacheKind } from '../domain/storefront/cache-policies.ts'
import { isFirstPage } from '../domain/storefront/listing-page.ts'
import { shutdownTelemetry, temporalClientInterceptors } from '../telemetry.ts'
import { createApp } from './app.ts'
import { createDrain } from './drain.ts'
import { probePostgres } from './health.ts'
import { createRateLimits } from './rate-limits.ts'
import { createServer, listen } from './server.ts'
import { createHitLog } from './storefront/hit-log.ts'
import { answeredBefore } from './storefront/answered-before.ts'
import { createSearchLog } from './storefront/search-log.ts'

const STATEMENT_TIMEOUT_MS = 10_000
/** Whoever waits for the cache longer would have had PostgreSQL's answer. */
const REDIS_TIMEOUT_MS = 50

const config = readConfigOrExit('api')
const log = createLogger({ level: config.LOG_LEVEL, name: 'api' })

const connectAs = (role: DatabaseRole, options: Partial<PostgresOptions> = {}) =>
  connectPostgres({
    url: roleUrl(config, role),
    applicationName: `yarmarka-api-${role}`,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    ...options,
  })
const seller = connectAs('seller')
const storefront = connectAs('storefront', { mostPrepared: 300 })
const system = connectAs('system', { max: 2 })
const redis = connectRedis({ url: config.REDIS_URL, commandTimeoutMs: REDIS_TIMEOUT_MS })
const subscriber = connectRedis({ url: config.REDIS_URL, commandTimeoutMs: 5_000 })
const elasticsearch = connectElasticsearch({ url: config.ELASTICSEARCH_URL })
const objectStore = connectObjectStore(config)
const temporal = connectTemporal(config, { workflow: await temporalClientInterceptors() })

const cache = createPageCache({
  ...{ redis, subscriber, maxBytes: config.CACHE_MEMORY_BYTES },
  staleOnErrorMs: (kind) => CACHE_POLICIES[kind as CacheKind].staleOnErrorMs,
})

const searchLog = createSearchLog({ storefront: storefront.db, log })
const hitLog = createHitLog({ storefront: storefront.db, log })

const before = answeredBefore(cache, {
  route: '/v1/listings',
  onAnswer: (key) => void (isFirstPage(key) && hitLog.note(key)),
})
const server = createServer({
  fetch: (request, env) => app.fetch(request, env),
  shortcut: before.answer,
})
const drain = createDrain(server)
const app = createApp({
  seller: seller.db,
  storefront: storefront.db,
  system: system.db,
  cache,
  search: elasticsearch,
  searchLog,
  trustedProxies: config.TRUSTED_PROXIES,
  hitLog,
  before,
  objectStore,
  workflows: temporal.client.workflow,
  maxUploadBytes: config.MAX_UPLOAD_BYTES,
  allowedPrivateNetworks: config.ALLOWED_PRIVATE_NETWORKS,
  keyEnvironment: config.API_KEY_ENVIRONMENT,
  corsOrigins: config.CORS_ORIGINS,
  rates: {
    limit: createRateLimits(sharedBuckets(redis)),
    policies: {
      key: { name: 'key', ...config.RATE_LIMIT_KEY },
      day: { name: 'day', ...config.RATE_LIMIT_SELLER_DAY },
      address: { name: 'address', ...config.RATE_LIMIT_ADDRESS },
    },
    uncountedNetworks: config.RATE_LIMIT_UNCOUNTED,
    trustedProxies: config.TRUSTED_PROXIES,
  },
  carrierUrls: { cdek: config.CDEK_URL, dpd: config.DPD_URL, uber: config.UBER_URL },
  secrets: createSecretBox(config.SECRETS_KEY),
  trackTokens: createTrackTokens(config.SECRETS_KEY),
  publicUrl: config.PUBLIC_URL,
  log,
  isDraining: drain.isDraining,
  dependencies: {
    postgres: probePostgres(storefront.db),
    redis: () => redis.ping(),
    elasticsearch: () => elasticsearch.ping({}, { maxRetries: 0 }),
    objectStore: () => objectStore.check(),
    temporal: () => temporal.client.workflowService.getSystemInfo({}),
  },
})
await listen(server, { host: config.HOST, port: config.PORT })
log.info({ address: server.address() }, 'api ready')

process.once('SIGTERM', () => void stop())
// Whoever preloads a handler of its own has taken Ctrl-C over.
if (process.listenerCount('SIGINT') === 0) process.once('SIGINT', () => void stop())

async function stop() {
  log.info('api draining')
  await drain.drain({ delayMs: config.DRAIN_DELAY_MS, graceMs: config.SHUTDOWN_GRACE_MS })
  await Promise.all([searchLog.close(), hitLog.close()])
  redis.disconnect()
  subscriber.disconnect()
  objectStore.close()
  await Promise.allSettled([
    seller.close(),
    storefront.close(),
    system.close(),
    elasticsearch.close(),
    temporal.close(),
  ])
  log.info('api stopped')
  await shutdownTelemetry()
  process.exit(0)
}
