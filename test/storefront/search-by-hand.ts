import { MockActivityEnvironment } from '@temporalio/testing'
import { sql } from 'kysely'
import { randomUUID } from 'node:crypto'
import { createDriftActivities } from '../../activities/storefront/drift.ts'
import { createStorefrontActivities } from '../../activities/storefront/index.ts'
import { createReindexingActivities } from '../../activities/storefront/reindexing.ts'
import { cacheWithoutMemory } from '../support/page-cache.ts'
import { createInvalidator } from '../../clients/cache/invalidator.ts'
import { createBulkWriter } from '../../clients/elasticsearch/bulk-writer.ts'
import { deleteIndex } from '../../clients/elasticsearch/swap-alias.ts'
import { connectRedis } from '../../clients/redis.ts'
import { sinks, type Sink } from '../../contracts/storefront.ts'
import { readDocumentsAfter } from '../../db/storefront/current-documents.ts'
import { getReindex, requestReindex } from '../../db/storefront/reindexes.ts'
import { endGeneration, listGenerations } from '../../db/storefront/swap-generations.ts'
import { shopProductsIndex } from '../../domain/storefront/search-index.ts'
import { freshElasticsearch } from '../support/elasticsearch.ts'
import { freshDatabase } from '../support/postgres.ts'
import { freshRedis } from '../support/redis.ts'
import { until } from '../support/until.ts'

/** The search side of the storefront on real parts, its activities called one by one; close it in `afterAll`. */
export async function searchByHand() {
  const database = await freshDatabase()
  const server = await freshElasticsearch()
  const { client: elasticsearch } = server
  // Files that run at the same time search the same server: work would make way for them, which has tests of its own.
  Object.assign(elasticsearch.nodes, { stats: async () => ({ nodes: {} }) })
  const redisServer = await freshRedis()
  const redis = connectRedis({ url: redisServer.url, commandTimeoutMs: 5_000, patient: true })
  const system = database.system.db
  const index = { ...shopProductsIndex, alias: `${server.prefix}goods` }
  const told: object[] = []
  const note = (entry: object) => void told.push(entry)
  const deps = {
    ...{ system, storefront: database.storefront.db, elasticsearch, index, redis },
    writer: createBulkWriter(elasticsearch),
    cache: cacheWithoutMemory(redis),
    invalidator: createInvalidator(redis),
    log: { info: note, warn: note, error: note } as never,
  }
  const storefront = createStorefrontActivities(deps)
  const reindexing = createReindexingActivities(deps)
  const ownDrifting = createDriftActivities(deps)

  const run = <Answer>(work: () => Promise<Answer>): Promise<Answer> =>
    new MockActivityEnvironment().run(work) as Promise<Answer>

  /** Until `stop`, and then some: nothing that was raised before is left. */
  function startProjections(...chosen: Sink[]) {
    const shifts = chosen.map((sink) => {
      const environment = new MockActivityEnvironment()
      const ended = environment.run(() => storefront.projectPages({ sink })) as Promise<unknown>
      return { environment, ended: ended.catch(() => {}) }
    })
    return async () => {
      for (const { environment } of shifts) environment.cancel()
      await Promise.all(shifts.map(({ ended }) => ended))
    }
  }
  async function untilProjected(sink: Sink): Promise<void> {
    await until(
      async () => {
        const waiting = system
          .selectFrom('change')
          .select('shopProductId')
          .whereRef(sink === 'search' ? 'searchVersion' : 'cacheVersion', '<', 'version')
        return (await waiting.execute()).length === 0
      },
      { what: `the projection to ${sink}` },
    )
  }

  return {
    ...{ database, elasticsearch, redis, index, deps, told, reindexing, run },
    ...{ startProjections, untilProjected },

    /** Brings everything that waits to both sinks. */
    async project(): Promise<void> {
      const stop = startProjections(...sinks)
      for (const sink of sinks) await untilProjected(sink)
      await stop()
    },

    raisePrices: (condition = sql<boolean>`true`) =>
      sql`update shop_product set price_minor = price_minor + 1 where ${condition}`.execute(
        database.owner.db,
      ),

    async request(rollbackMinutes = 60): Promise<string> {
      const request = { id: randomUUID(), rollbackMinutes, traceParent: null }
      return (await system.transaction().execute((trx) => requestReindex(trx, request))).id
    },
    reindexed: (id: string) => getReindex(system, id),

    /** All of it up to the swap, as the workflow does it. */
    async reindex(rollbackMinutes?: number): Promise<string> {
      const reindexId = await this.request(rollbackMinutes)
      await run(() => reindexing.openReindex({ reindexId }))
      while (!(await run(() => reindexing.backfillPages({ reindexId }))).ended);
      const parity = await run(() => reindexing.verifyParity({ reindexId }))
      if (parity !== 'equal') throw new Error(`Parity: ${parity}`)
      await run(() => reindexing.swapIndices({ reindexId }))
      return reindexId
    },

    async checkDrift(drifting = ownDrifting) {
      const cycleId = randomUUID()
      await run(() => drifting.openDriftCycle({ cycleId }))
      await run(() => drifting.compareSearch({ cycleId }))
      await run(() => drifting.compareListings({ cycleId }))
      const result = await run(() => drifting.closeDriftCycle({ cycleId, state: 'completed' }))
      const cycle = system.selectFrom('driftCycle').selectAll().where('id', '=', cycleId)
      return { ...result, cycle: await cycle.executeTakeFirstOrThrow() }
    },

    /** No reindex is on record, and no index but the one that is searched. */
    async forgetReindexes(): Promise<void> {
      await database.owner.db.deleteFrom('reindex').execute()
      for (const { id, indexName } of await listGenerations(system, 'building', 'retired')) {
        await endGeneration(system, id, 'dropped')
        await deleteIndex(elasticsearch, indexName)
      }
    },

    /** What searches find, by id: price and version. */
    async searched(indexName = index.alias): Promise<Record<string, unknown>> {
      await elasticsearch.indices.refresh({ index: indexName })
      const { hits } = await elasticsearch.search<{ priceMinor: number }>({
        index: indexName,
        size: 10_000,
        version: true,
      })
      return Object.fromEntries(
        hits.hits.map(({ _id, _version, _source }) => [_id, [_version, _source?.priceMinor]]),
      )
    },

    /** What searches should find. */
    async expected(): Promise<Record<string, unknown>> {
      const documents = await readDocumentsAfter(system, '0', 10_000)
      return Object.fromEntries(
        documents.flatMap(({ shopProductId, version, document }) =>
          document ? [[shopProductId, [version, document.priceMinor]]] : [],
        ),
      )
    },

    indices: async () =>
      Object.keys(await elasticsearch.indices.get({ index: `${index.alias}-*` })).sort(),
    behindAlias: async () =>
      Object.keys(await elasticsearch.indices.getAlias({ name: index.alias })),
    generations: async () =>
      Object.fromEntries(
        (await system.selectFrom('searchGeneration').selectAll().execute()).map(
          ({ indexName, state }) => [indexName, state],
        ),
      ),

    async close() {
      redis.disconnect()
      await Promise.all([database.drop(), server.close(), redisServer.close()])
    },
  }
}

export type SearchByHand = Awaited<ReturnType<typeof searchByHand>>
