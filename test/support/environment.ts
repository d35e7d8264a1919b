import { shopProductsIndex } from '../../domain/storefront/search-index.ts'
import { freshElasticsearch } from './elasticsearch.ts'
import { freshObjectStore } from './object-store.ts'
import { freshDatabase, type TestDatabase } from './postgres.ts'
import { SECRETS_KEY } from './processes.ts'
import { freshRedis } from './redis.ts'
import { freshNamespace } from './temporal.ts'

export type TestEnvironment = {
  database: TestDatabase
  /** The addresses of fresh stores: all that `openProduct` needs. */
  env: Record<string, string>
  close(): Promise<void>
}

/**
 * Everything that processes of the product need, fresh. The name of the search index is the product's own, so only
 * system tests, which run one after the other, may use it.
 */
export async function freshEnvironment(): Promise<TestEnvironment> {
  const [database, temporal, redis, objectStore, elasticsearch] = await Promise.all([
    freshDatabase(),
    freshNamespace(),
    freshRedis(),
    freshObjectStore(),
    freshElasticsearch(),
  ])
  const { client } = elasticsearch
  const indices = Object.keys(await client.indices.get({ index: `${shopProductsIndex.alias}*` }))
  if (indices.length > 0) await client.indices.delete({ index: indices })
  return {
    database,
    env: {
      SECRETS_KEY,
      ...database.env,
      ...temporal.env,
      ...redis.env,
      ...objectStore.env,
      ELASTICSEARCH_URL: elasticsearch.url,
    },
    async close() {
      objectStore.close()
      await Promise.all([
        database.drop(),
        temporal.teardown(),
        redis.close(),
        elasticsearch.close(),
      ])
    },
  }
}
