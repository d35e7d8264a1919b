import { createKeyv } from '@keyv/redis'
import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { redisDriver } from 'bentocache/drivers/redis'
import { Cacheable } from 'cacheable'
import { Redis } from 'ioredis'
import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { createServer, listen } from '../../api/server.ts'
import { connectPostgres } from '../../clients/postgres.ts'
import { readConfig, roleUrl } from '../../config.ts'
import { serveOrders } from './helper-process.ts'
import { createPeerApp, type GetOrSet, type KeptPage } from './peer-app.ts'

export type PeerOrder = { peer: 'cacheable' | 'bentocache' }
export type PeerReport = { url: string }

const TTL_MS = 60 * 60_000

/** By the peers' own documentation: memory first, Redis behind it. */
const caches: Record<PeerOrder['peer'], (redisUrl: string) => GetOrSet> = {
  cacheable(redisUrl) {
    const cache = new Cacheable({ secondary: createKeyv(redisUrl), ttl: TTL_MS })
    return async (key, make) => (await cache.getOrSet<KeptPage>(key, make))!
  },
  bentocache(redisUrl) {
    const cache = new BentoCache({
      default: 'pages',
      ttl: TTL_MS,
      // With `serialize: false` it cannot read in memory what came from Redis (1.6.1): nothing may be there.
      prefix: randomUUID(),
      stores: {
        pages: bentostore()
          // The fastest it has: objects are kept as they are.
          .useL1Layer(memoryDriver({ maxItems: 10_000, serialize: false }))
          .useL2Layer(redisDriver({ connection: new Redis(redisUrl) })),
      },
    })
    return (key, factory) => cache.getOrSet({ key, factory })
  },
}

const config = readConfig('api')
const storefront = connectPostgres({
  url: roleUrl(config, 'storefront'),
  applicationName: 'bench-peer',
})

serveOrders<PeerOrder, PeerReport>(async ({ peer }) => {
  const app = createPeerApp(storefront.db, caches[peer](config.REDIS_URL))
  const server = createServer({ fetch: (request, env) => app.fetch(request, env) })
  await listen(server, { host: '127.0.0.1', port: 0 })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
})
