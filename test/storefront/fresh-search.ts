import { connectRedis } from '../../clients/redis.ts'
import { shopProductsIndex } from '../../domain/storefront/search-index.ts'
import { freshElasticsearch } from '../support/elasticsearch.ts'
import { cacheWithoutMemory } from '../support/page-cache.ts'
import { freshDatabase } from '../support/postgres.ts'
import { projectToSearch } from './storefront-app.ts'

/** A database and a search index for one file, and what the storefront's routes need of them; there is no Redis. */
export async function freshSearch() {
  const database = await freshDatabase()
  const server = await freshElasticsearch()
  const redis = connectRedis({ url: 'redis://127.0.0.1:1', commandTimeoutMs: 50 })
  const index = { ...shopProductsIndex, alias: `${server.prefix}shop-products` }
  return {
    ...{ database, server, index },
    deps: {
      storefront: database.storefront.db,
      cache: cacheWithoutMemory(redis),
      search: server.client,
      index,
    },
    project: () => projectToSearch(database.system.db, server.client, index),
    async close() {
      redis.disconnect()
      await Promise.all([server.close(), database.drop()])
    },
  }
}
