import { sql } from 'kysely'
import { setTimeout as pause } from 'node:timers/promises'
import { connectElasticsearch } from '../clients/elasticsearch/connect.ts'
import { connectPostgres } from '../clients/postgres.ts'
import { readConfig, roleUrl } from '../config.ts'
import { shopProductsIndex } from '../domain/storefront/search-index.ts'
import { fillShop } from '../test/support/catalogue.ts'
import { openProduct } from '../test/support/processes.ts'
import { until } from '../test/support/until.ts'
import { compareSearch, type Differences } from './compare-search.ts'
import { seeded } from './generate/random.ts'
import { openMarketplace, type Marketplace } from './marketplace.ts'
import { changeAtRandom } from './random-changes.ts'
import { openStorm, type Storm } from './stormy-elasticsearch.ts'

export type Chaos = { changes: number; kills: number; restarts: number; perSecond: number }

export type ChaosFigures = Chaos & {
  differences: Differences
  weather: Storm['counts']
  /** Versions raised, and how many of them were deletes. */
  versions: number
  deleted: number
  poisoned: number
  seconds: number
  secondsToSettle: number
}

const GOODS_PER_SHOP = 1_000
const SETTLES_WITHIN_MS = 600_000
const MOST_BULKS_PER_LIFE = 12

/**
 * Changes the catalogue at random while the worker is killed, Elasticsearch is killed, and what lies between them
 * refuses, delays and loses; then lets everything come to rest and compares.
 */
export async function measureChaos(market: Marketplace, chaos: Chaos): Promise<ChaosFigures> {
  const random = seeded(1)
  const owner = market.owner.db
  const shops = await Promise.all(Array.from({ length: 3 }, () => market.openShop()))
  const categories = []
  for (const shop of shops) categories.push(await fillShop(owner, shop, GOODS_PER_SHOP))
  const { rows } = await sql<{ id: string }>`select id from shop_product order by id`.execute(owner)
  const goods = { shops, categoryId: categories[0]!.categoryId, ids: rows.map(({ id }) => id) }

  const storm = await openStorm(market.env['ELASTICSEARCH_URL']!, random)
  const product = await openProduct({ ...market.env, ELASTICSEARCH_URL: storm.url })
  const system = connectPostgres({
    url: roleUrl(readConfig('migrate', market.env), 'system'),
    applicationName: 'bench-compare',
  })
  const client = connectElasticsearch({ url: market.env['ELASTICSEARCH_URL']! })
  const startedAt = performance.now()
  const elapsed = () => (performance.now() - startedAt) / 1_000
  try {
    const changing = changeAtRandom(owner, goods, {
      count: chaos.changes,
      perSecond: chaos.perSecond,
      seed: 2,
    })
    let isChanged = false
    // It is looked at when everything is over; a failure meanwhile is one then.
    changing.catch(() => {}).finally(() => (isChanged = true))
    const isAtRest = async () => isChanged && (await unsettled(market)) === 0
    let restarts = 0
    for (let kill = 1; kill <= chaos.kills; kill++) {
      storm.raging = kill % 2 === 1
      const worker = await product.startWorker('storefront')
      await bulks(storm, 1 + Math.floor(random() * MOST_BULKS_PER_LIFE), isAtRest)
      // Sometimes in the middle of a write, sometimes between two.
      await pause(random() < 0.5 ? random() * 50 : random() * 1_000)
      await worker.kill9()
      console.error(`  kill ${kill} after ${elapsed().toFixed(0)} s`)
      if (Math.floor((kill * (chaos.restarts + 1)) / (chaos.kills + 1)) > restarts) {
        restarts++
        await market.stack.part('elasticsearch').kill9()
      }
    }
    storm.raging = true
    await product.startWorker('storefront')
    await changing
    // Whichever of them was suspended last: what is published must be there to be compared.
    await sql`update shop set state = 'active' where state = 'suspended'`.execute(owner)
    await bulks(storm, MOST_BULKS_PER_LIFE, isAtRest)
    const seconds = elapsed()
    storm.raging = false
    await until(async () => (await unsettled(market)) === 0, {
      deadlineMs: SETTLES_WITHIN_MS,
      everyMs: 500,
      what: 'everything to settle',
    })
    const settled = elapsed()
    const differences = await compareSearch(system.db, client, shopProductsIndex.alias)
    if (differences.documents < GOODS_PER_SHOP)
      throw new Error(`Nothing is proven by ${differences.documents} documents`)
    return {
      ...chaos,
      restarts,
      differences,
      weather: storm.counts,
      ...(await countChanges(market)),
      seconds,
      secondsToSettle: settled - seconds,
    }
  } finally {
    await product.close()
    await storm.close()
    await client.close()
    await system.close()
  }
}

/** Resolves with the last of so many writes, or when none is left to come. */
async function bulks(storm: Storm, count: number, isAtRest: () => Promise<boolean>): Promise<void> {
  let isOver = false
  const atRest = until(async () => isOver || (await isAtRest()), {
    ...{ deadlineMs: SETTLES_WITHIN_MS, everyMs: 250, what: 'writes to Elasticsearch' },
  })
  for (let seen = 0; seen < count && !isOver; seen++)
    isOver = await Promise.race([storm.nextBulk().then(() => false), atRest])
  isOver = true
}

/** Pending documents, waiting fan-outs and documents that will be tried again. */
async function unsettled({ owner }: Marketplace): Promise<number> {
  const { rows } = await sql<{ count: string }>`
    select (select count(*) from change where search_version < version)
      + (select count(*) from change_fanout)
      + (select count(*) from poison_document where retry_at is not null) as count`.execute(
    owner.db,
  )
  return Number(rows[0]!.count)
}

async function countChanges({ owner }: Marketplace) {
  const { rows } = await sql<{ versions: string; deleted: string; poisoned: string }>`
    select sum(version) as versions, count(deleted_at) as deleted,
      (select count(*) from poison_document) as poisoned from change`.execute(owner.db)
  const { versions, deleted, poisoned } = rows[0]!
  return { versions: Number(versions), deleted: Number(deleted), poisoned: Number(poisoned) }
}

export async function run(changes: number): Promise<string> {
  const market = await openMarketplace()
  try {
    const full = { kills: 20, restarts: 3, perSecond: 400 }
    const small = { kills: 3, restarts: 1, perSecond: 200 }
    return table(await measureChaos(market, { changes, ...(changes >= 50_000 ? full : small) }))
  } finally {
    await market.close()
  }
}

function table(figures: ChaosFigures): string {
  const { differences, weather } = figures
  return [
    `${figures.changes} random inserts, updates and deletes, among them categories renamed, shops suspended and cities ` +
      `of warehouses changed (${figures.versions} versions raised, ${figures.deleted} documents deleted), with ` +
      `${figures.kills} × kill -9 of the worker, ${figures.restarts} × kill -9 of Elasticsearch, and a proxy between ` +
      `them that rages half of the time: ${weather.refusedRequests} requests and ${weather.refusedItems} items ` +
      `answered 429, ${weather.lostAnswers} answers lost after the write.`,
    '',
    '| documents | missing | extra (resurrected) | other version | other content | parked | s of chaos | s to settle |',
    '|---:|---:|---:|---:|---:|---:|---:|---:|',
    `| ${differences.documents} | ${differences.missing} | ${differences.extra} | ${differences.otherVersion} | ` +
      `${differences.otherContent} | ${figures.poisoned} | ${figures.seconds.toFixed(0)} | ${figures.secondsToSettle.toFixed(0)} |`,
  ].join('\n')
}
