import type { Client } from '@elastic/elasticsearch'
import { sql, type Kysely } from 'kysely'
import { setTimeout as pause } from 'node:timers/promises'
import { connectElasticsearch } from '../clients/elasticsearch/connect.ts'
import { connectPostgres } from '../clients/postgres.ts'
import { readConfig, roleUrl } from '../config.ts'
import type { Database } from '../db/database.ts'
import { shopProductsIndex } from '../domain/storefront/search-index.ts'
import { fillShop } from '../test/support/catalogue.ts'
import { compareSearch, type Differences } from './compare-search.ts'
import { seeded, zipf } from './generate/random.ts'
import { untilSearchable } from './import-checks.ts'
import { openMarketplace, type Marketplace } from './marketplace.ts'

export type SyncFigures = {
  seconds: number
  updates: number
  /** From the commit to the first search that finds it, in ms, in order. */
  lags: number[]
  indexOperations: number
  differences: Differences
}

const KEYS = 2_000
const EXPONENT = 1.2
const PER_SECOND = 500
/** In this share of the time before, code gets warm on both sides. */
const WARM_UP = 0.1
const TICK_MS = 20
const LOOK_EVERY_MS = 50
const index = shopProductsIndex.alias

/**
 * Updates goods at a steady rate, each in a transaction of its own and whatever the answer takes, and searches for
 * them: the popularity is the number of the update, so a search that finds it, or a later one of the same good, has found it.
 */
export async function measureSync(market: Marketplace, seconds: number): Promise<SyncFigures> {
  const shop = await market.openShop()
  await fillShop(market.owner.db, shop, KEYS)
  const worker = await market.product.startWorker('storefront')
  await untilSearchable(market)
  const client = connectElasticsearch({ url: market.env['ELASTICSEARCH_URL']! })
  const system = connectPostgres({
    url: roleUrl(readConfig('migrate', market.env), 'system'),
    applicationName: 'bench-sync',
    max: 16,
  })
  try {
    const { rows } = await sql<{ id: string }>`
      select id from shop_product where shop_id = ${shop.shopId} order by random()`.execute(
      system.db,
    )
    const ids = rows.map(({ id }) => id)
    const warmUp = seconds * PER_SECOND * WARM_UP
    const warming = watch(client)
    await updateSteadily(system.db, ids, { from: 0, to: warmUp }, warming)
    await warming.end()
    const before = await indexOperations(client)
    const sightings = watch(client)
    const updates = seconds * PER_SECOND
    await updateSteadily(system.db, ids, { from: warmUp, to: warmUp + updates }, sightings)
    const lags = await sightings.end()
    return {
      seconds,
      updates,
      lags: lags.toSorted((a, b) => a - b),
      indexOperations: (await indexOperations(client)) - before,
      differences: await compareSearch(system.db, client, index),
    }
  } finally {
    await worker.terminate()
    await client.close()
    await system.close()
  }
}

async function updateSteadily(
  db: Kysely<Database>,
  ids: readonly string[],
  { from, to }: { from: number; to: number },
  sightings: Sightings,
): Promise<void> {
  const place = zipf(ids.length, EXPONENT, seeded(from))
  const startedAt = performance.now()
  const running: Promise<void>[] = []
  const update = async (number: number) => {
    const id = ids[place()]!
    await sql`update shop_product set popularity = greatest(popularity, ${number}) where id = ${id}`.execute(
      db,
    )
    sightings.committed(id, number)
  }
  for (let made = from; made < to;) {
    const due = Math.min(to, from + ((performance.now() - startedAt) / 1_000) * PER_SECOND)
    while (made < due) running.push(update(++made))
    await pause(TICK_MS)
  }
  await Promise.all(running)
}

type Sightings = ReturnType<typeof watch>

/** Searches again and again for what was committed and not seen yet. */
function watch(client: Client) {
  const waiting = new Map<string, { number: number; at: number }[]>()
  const lags: number[] = []
  let ending = false

  const look = async () => {
    const least = Math.min(...[...waiting.values()].flat().map(({ number }) => number))
    const { hits } = await client.search({
      index,
      size: KEYS,
      query: { range: { popularity: { gte: least } } },
      _source: false,
      docvalue_fields: ['id', 'popularity'],
      track_total_hits: false,
    })
    const now = performance.now()
    for (const { fields } of hits.hits) {
      const { id, popularity } = fields as { id: [string]; popularity: [number] }
      const unseen = waiting.get(id[0])
      if (!unseen) continue
      const still = unseen.filter(({ number }) => number > popularity[0])
      for (const { number, at } of unseen) if (number <= popularity[0]) lags.push(now - at)
      if (still.length === 0) waiting.delete(id[0])
      else waiting.set(id[0], still)
    }
  }
  const looking = (async () => {
    while (!ending || waiting.size > 0) {
      const next = pause(LOOK_EVERY_MS)
      if (waiting.size > 0) await look()
      await next
    }
  })()
  return {
    committed(id: string, number: number) {
      const unseen = waiting.get(id) ?? []
      waiting.set(id, [...unseen, { number, at: performance.now() }])
    },
    /** Resolves with all lags when everything was seen. */
    async end() {
      ending = true
      await looking
      return lags
    },
  }
}

async function indexOperations(client: Client): Promise<number> {
  const { _all } = await client.indices.stats({ index, metric: 'indexing' })
  const { index_total, delete_total } = _all.primaries!.indexing!
  return index_total + delete_total
}

export async function run(seconds: number): Promise<string> {
  const market = await openMarketplace()
  try {
    return table(await measureSync(market, seconds))
  } finally {
    await market.close()
  }
}

function table({ seconds, updates, lags, indexOperations, differences }: SyncFigures): string {
  const at = (share: number) => Math.round(lags[Math.ceil(lags.length * share) - 1] ?? 0)
  const { documents, ...differing } = differences
  const differ = Object.values(differing).reduce((sum, count) => sum + count, 0)
  return [
    `${PER_SECOND} updates/s for ${seconds} s, each a transaction, over ${KEYS} goods by Zipf's law (${EXPONENT}). The lag ` +
      'ends with the first search that finds the update; searches look every 50 ms.',
    '',
    '| updates | seen | lag p50 | p95 | p99 | longest | index operations | per update | differences |',
    '|---:|---:|---:|---:|---:|---:|---:|---:|---:|',
    `| ${updates} | ${lags.length} | ${at(0.5)} ms | ${at(0.95)} ms | ${at(0.99)} ms | ${at(1)} ms | ` +
      `${indexOperations} | ${(indexOperations / updates).toFixed(2)} | ${differ} of ${documents} |`,
  ].join('\n')
}
