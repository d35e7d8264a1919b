import { sql, type Kysely } from 'kysely'
import { setTimeout as pause } from 'node:timers/promises'
import type { Postgres } from '../../clients/postgres.ts'
import type { Database } from '../../db/database.ts'
import { encodeCursor } from '../../domain/storefront/cursor.ts'
import { listingQuestion } from '../../domain/storefront/listing-page.ts'
import { LISTING_SORTS } from '../../domain/storefront/listing.ts'
import { fillSearchCatalogue } from '../../test/support/search-catalogue.ts'
import { putSessionFirst } from '../../stack/precedence.ts'
import { sampler, type Sampler } from '../../test/support/sampler.ts'
import { seeded, zipf } from '../generate/random.ts'
import { answeredAtRate, sorted, spreadOf, type Answered } from '../latencies.ts'
import { openMarketplace, type Marketplace } from '../marketplace.ts'
import {
  drawnByZipf,
  listingPath,
  mixedListings,
  readListingNames,
  untilProjected,
  warmListings,
  type ListingNames,
} from './listings.ts'
import { isHit, openStorefrontClient, statusesOf, type Answer } from './storefront-client.ts'

export type MixedFigures = {
  goods: number
  seconds: number
  rounds: MixedRound[]
}

/** Which goods change: each as often as any other, as price lists do it, or what is most popular most often. */
type Written = 'any' | 'popular'
type MixedRound = { written: Written; writes: number; answered: Answered<Answer>[] }

const CITIES = 50
const LISTINGS = 500
const READS_PER_SECOND = 300
const WRITES_PER_SECOND = 200
/** One read in so many is of a listing that nobody has asked for. */
const MISS_EVERY = 20
const CONNECTIONS = 64
const FULL = { goods: 200_000, seconds: 60, warmUpSeconds: 20 }
const SMALL = { seconds: 5, warmUpSeconds: 2 }

/** Reads at a steady rate, of which every twentieth is of a listing never asked for, while prices and stock change. */
export async function measureMixed(market: Marketplace, goods: number): Promise<MixedFigures> {
  const { seconds, warmUpSeconds } = goods >= FULL.goods ? FULL : SMALL
  const catalogue = await fillSearchCatalogue(market.owner.db, goods)
  await addCities(market.owner.db)
  await market.product.startWorker('storefront')
  await untilProjected(market.owner.db)
  await untilAtRest(market)
  console.error('  search and cache have everything')
  const client = openStorefrontClient(market.url, { connections: CONNECTIONS })
  const plain = openStorefrontClient(market.url, { connections: 1, encoding: 'identity' })
  // Buyers have machines of their own: that this one is short of time is not to make them late.
  const putBack = await putSessionFirst(process.pid)
  try {
    const names = await readListingNames(market.owner.db, catalogue)
    const warm = await warmListings(plain, mixedListings(names, seeded(1)), LISTINGS)
    const drawReads = await readsOf(market.owner.db, names, warm)
    const rounds: MixedRound[] = []
    for (const written of ['any', 'popular'] as const) {
      const writing = await startWriting(market.owner, written)
      const get = (path: string) => client.get(path)
      await answeredAtRate(READS_PER_SECOND, drawReads(READS_PER_SECOND * warmUpSeconds), get)
      const before = writing.count()
      const answered = await answeredAtRate(
        READS_PER_SECOND,
        drawReads(READS_PER_SECOND * seconds),
        get,
      )
      rounds.push({ written, writes: writing.count() - before, answered })
      await writing.stop()
    }
    return { goods, seconds, rounds }
  } finally {
    await putBack()
    await Promise.all([client.close(), plain.close()])
  }
}

/** What filling leaves behind is over: dead rows, segments to be merged. */
async function untilAtRest({ env, owner }: Marketplace): Promise<void> {
  await sql`vacuum analyze`.execute(owner.db)
  type Stats = { nodes: Record<string, { indices: { merges: { current: number } } }> }
  for (;;) {
    const response = await fetch(`${env['ELASTICSEARCH_URL']}/_nodes/stats/indices/merge`)
    const { nodes } = (await response.json()) as Stats
    if (Object.values(nodes).every(({ indices }) => indices.merges.current === 0)) return
    await pause(1_000)
  }
}

/** Up to fifty cities, each served by warehouses of several sellers that have a third of their goods there. */
async function addCities(owner: Kysely<Database>): Promise<void> {
  const { count } = await owner
    .selectFrom('city')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .executeTakeFirstOrThrow()
  const [known, added] = [Number(count), CITIES - Number(count)]
  await sql`
    insert into city select 'city-' || n, 'Город ' || n, 'City ' || n, 'Europe/Moscow', n
    from generate_series(${known + 1}::int, ${CITIES}::int) n`.execute(owner)
  await sql`
    insert into warehouse (seller_id, external_id, name, city_id)
    select id, 'far-' || n, 'Склад', 'city-' || ${known + 1}::int + (id * 2 + n) % ${added}::int
    from seller cross join generate_series(1, 2) n`.execute(owner)
  await sql`
    insert into warehouse_city (warehouse_id, seller_id, city_id)
    select distinct w.id, w.seller_id, 'city-' || ${known + 1}::int + (w.id * 5 + n * 7) % ${added}::int
    from warehouse w cross join generate_series(1, 4) n where w.external_id like 'far-%'`.execute(
    owner,
  )
  await sql`
    insert into stock (shop_product_id, warehouse_id, seller_id, units)
    select sp.id, w.id, sp.seller_id, 1 + sp.id % 9
    from shop_product sp join warehouse w on w.seller_id = sp.seller_id and w.external_id like 'far-%'
    where (sp.id + w.id) % 3 = 0`.execute(owner)
  await sql`analyze`.execute(owner)
}

/** Gives the next so many paths in the order in which they are asked for. */
async function readsOf(
  owner: Kysely<Database>,
  names: ListingNames,
  warm: readonly string[],
): Promise<(count: number) => string[]> {
  const random = sampler(3)
  const drawWarm = drawnByZipf(warm, seeded(4))
  const asked = new Set(warm)
  const { rows: goods } = await sql<{ id: string; popularity: string; priceMinor: string }>`
    select id, popularity, price_minor from shop_product where active order by random() limit 5000`.execute(
    owner,
  )
  const drawNew = () => {
    for (;;) {
      const path = someListing(names, goods, random)
      if (asked.has(path)) continue
      asked.add(path)
      return path
    }
  }
  return (count) =>
    Array.from({ length: count }, () => (random.number(MISS_EVERY) === 0 ? drawNew() : drawWarm()))
}

type SomeGood = { id: string; popularity: string; priceMinor: string }

/** Of a category or a shop or both, in a city or everywhere; half of them somewhere behind the first page. */
function someListing(names: ListingNames, goods: readonly SomeGood[], random: Sampler): string {
  const maybe = (from: readonly string[], chance: number) =>
    random.chance(chance) ? random.one(from) : undefined
  const category = maybe(names.categories, 0.8)
  const scope = {
    city: maybe(names.cities, 0.9),
    shop: maybe(names.shops, category ? 0.3 : 1),
    category,
  }
  if (random.chance(0.5)) return listingPath(scope, random.one(LISTING_SORTS))
  const { id, popularity, priceMinor } = random.one(goods)
  const sort = random.one(['popular', 'price-asc', 'price-desc'] as const)
  const position = [sort === 'popular' ? popularity : priceMinor, id]
  return listingPath(scope, sort, encodeCursor(listingQuestion({ scope, sort }), position))
}

/** Updates of one row each at a steady rate. */
async function startWriting({ db, pool }: Postgres, written: Written) {
  const { rows } = await sql<{ id: string }>`
    select id from shop_product order by popularity desc, id`.execute(db)
  const random = sampler(5)
  const place =
    written === 'any' ? () => random.number(rows.length) : zipf(rows.length, 1, seeded(5))
  const running = new Set<Promise<void>>()
  let [stopped, writes] = [false, 0]

  const write = async (turn: number) => {
    const { id } = rows[place()]!
    await pool.query(
      turn % 2 === 0
        ? 'update shop_product set price_minor = price_minor + 1 where id = $1'
        : `update stock set units = (units + 1) % 20 where (shop_product_id, warehouse_id) in (
             select shop_product_id, warehouse_id from stock where shop_product_id = $1 limit 1)`,
      [id],
    )
    writes++
  }
  const writing = (async () => {
    const startedAt = performance.now()
    for (let turn = 0; !stopped; turn++) {
      const wait = (turn * 1_000) / WRITES_PER_SECOND - (performance.now() - startedAt)
      if (wait > 0) await pause(wait)
      const one = write(turn).finally(() => running.delete(one))
      running.add(one)
    }
    await Promise.all(running)
  })()
  return {
    count: () => writes,
    async stop() {
      stopped = true
      await writing
    },
  }
}

export async function run(goods: number): Promise<string> {
  const market = await openMarketplace()
  try {
    return table(await measureMixed(market, goods))
  } finally {
    await market.close()
  }
}

function table({ goods, seconds, rounds }: MixedFigures): string {
  const answers = rounds.flatMap(({ answered }) => answered.map(({ answer }) => answer))
  const errors = answers.filter(({ status }) => status !== 200).length
  return [
    `${goods} shop products, ${CITIES} cities; ${READS_PER_SECOND} reads/s for ${seconds} s in open loop, 95 % of ${LISTINGS} warm listings by Zipf's law and ` +
      '5 % of listings never asked for before; writes of a price or a stock at the same time, of any good alike or, in a second round, of the most popular ' +
      'good most often (Zipf); both storefront sinks follow. Times count from when a request was due; the API and the load run before the rest of the machine (stack/precedence.ts). What came out of the cache by `Cache-Status` is a ' +
      `hit. Statuses: ${statusesOf(answers)}; ${errors} errors.`,
    '',
    '| goods written | writes/s | | requests | p50 / p95 / p99 / greatest, ms |',
    '|---|---:|---|---:|---:|',
    ...rounds.flatMap((round) => rowsOf(round, seconds)),
  ].join('\n')
}

function rowsOf({ written, writes, answered }: MixedRound, seconds: number): string[] {
  const hits = answered.filter(({ answer }) => answer.cache.startsWith('hit'))
  const stale = hits.filter(({ answer }) => !isHit(answer))
  const misses = answered.filter(({ answer }) => answer.cache.startsWith('fwd'))
  const row = (name: string, some: Answered<Answer>[]) =>
    `| ${written} | ${Math.round(writes / seconds)} | ${name} | ${some.length} | ${spreadOf(sorted(some.map(({ ms }) => ms)))} |`
  return [
    ...[row('all', answered), row('hits', hits)],
    ...(stale.length > 0 ? [row('of them while made anew', stale)] : []),
    row('misses', misses),
  ]
}
