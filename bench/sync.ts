import type { Client } from '@elastic/elasticsearch'
import { sql, type Kysely, type RawBuilder } from 'kysely'
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
/** Of the updates so many change a stock, as orders do; the others the shop product itself. */
const STOCK_SHARE = 0.5
/** For this share of the time before, so that the code of all parts is compiled. */
const WARM_UP = 0.25
const TICK_MS = 20
const LOOK_EVERY_MS = 100
const index = shopProductsIndex.alias

/** What an update sets to its number; a search that finds this or more has found the update, or a later one. */
type Field = 'popularity' | 'units'

/** Updates goods at a steady rate, each in a transaction of its own and whatever the answer takes, and searches for them. */
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
  const random = seeded(from)
  const place = zipf(ids.length, EXPONENT, random)
  const startedAt = performance.now()
  const running: Promise<void>[] = []
  const update = async (number: number) => {
    const id = ids[place()]!
    const field = random() < STOCK_SHARE ? 'units' : 'popularity'
    await set[field](id, number).execute(db)
    sightings.committed(id, { field, number, at: performance.now() })
  }
  for (let made = from; made < to;) {
    const due = Math.min(to, from + ((performance.now() - startedAt) / 1_000) * PER_SECOND)
    while (made < due) running.push(update(++made))
    await pause(TICK_MS)
  }
  await Promise.all(running)
}

const set: Record<Field, (id: string, number: number) => RawBuilder<unknown>> = {
  popularity: (id, number) =>
    sql`update shop_product set popularity = greatest(popularity, ${number}) where id = ${id}`,
  units: (id, number) =>
    sql`update stock set units = greatest(units, ${number}) where shop_product_id = ${id}`,
}

type Update = { field: Field; number: number; at: number }
type Sightings = ReturnType<typeof watch>

/** Searches again and again for what was committed and not seen yet. */
function watch(client: Client) {
  const waiting = new Map<string, Update[]>()
  const lags: number[] = []
  let ending = false

  const look = async () => {
    const { hits } = await client.search<{ popularity: number; units: { total: number } }>({
      index,
      size: KEYS,
      query: { terms: { id: [...waiting.keys()] } },
      _source: ['popularity', 'units.total'],
      track_total_hits: false,
    })
    const now = performance.now()
    for (const { _id: id, _source: found } of hits.hits) {
      const unseen = waiting.get(id!) ?? []
      const isSeen = ({ field, number }: Update) =>
        number <= (field === 'units' ? found!.units.total : found!.popularity)
      lags.push(...unseen.filter(isSeen).map(({ at }) => now - at))
      const still = unseen.filter((update) => !isSeen(update))
      if (still.length === 0) waiting.delete(id!)
      else waiting.set(id!, still)
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
    committed(id: string, update: Update) {
      waiting.set(id, [...(waiting.get(id) ?? []), update])
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
    `${PER_SECOND} updates/s for ${seconds} s, each a transaction, over ${KEYS} goods by Zipf's law (${EXPONENT}), ` +
      `${100 * STOCK_SHARE} % of them of a stock, as an order makes it. The lag ` +
      `ends with the first search that finds the update; searches look every ${LOOK_EVERY_MS} ms. Before it, the same for a quarter of the time, not measured.`,
    '',
    '| updates | seen | lag p50 | p95 | p99 | longest | index operations | per update | differences |',
    '|---:|---:|---:|---:|---:|---:|---:|---:|---:|',
    `| ${updates} | ${lags.length} | ${at(0.5)} ms | ${at(0.95)} ms | ${at(0.99)} ms | ${at(1)} ms | ` +
      `${indexOperations} | ${(indexOperations / updates).toFixed(2)} | ${differ} of ${documents} |`,
  ].join('\n')
}
