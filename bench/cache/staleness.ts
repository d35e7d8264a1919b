import { sql } from 'kysely'
import { LRUCache } from 'lru-cache'
import { setTimeout as pause } from 'node:timers/promises'
import type { Postgres } from '../../clients/postgres.ts'
import { fillSearchCatalogue } from '../../test/support/search-catalogue.ts'
import { seeded, zipf } from '../generate/random.ts'
import { percentile, sorted } from '../latencies.ts'
import { openMarketplace } from '../marketplace.ts'
import {
  drawnByZipf,
  mixedListings,
  readListingNames,
  untilProjected,
  warmListings,
} from './listings.ts'
import { openStorefrontClient, type StorefrontClient } from './storefront-client.ts'

export type StalenessFigures = {
  reads: number
  seconds: number
  writes: number
  /** Reads that showed a price older than one that had been committed before they began. */
  staleReads: number
  /** How old what they missed was by then, and when that was, from the beginning. */
  greatestMs: number
  greatestAtSeconds: number
  /** The greatest by `Cache-Status`: it tells from where what was stale came. */
  greatestMsBy: Record<string, number>
  /** Staler than the bound. */
  tooStale: number
  /** By write that was seen stale: from its commit to the last read that did not show it, in order. */
  propagationMs: number[]
  failed: number
  /** Listings that, when all is at rest, show another price than PostgreSQL has. */
  wrongAtRest: number
}

const GOODS = 2_000
const LISTINGS = 60
const READERS = 8
const WRITES_PER_SECOND = 200
const BOUND_MS = 2_000
/** When all has been projected, what was heard is applied within that; a page that is wrong then stays so. */
const REST_MS = 5_000
const LOOK_EVERY_MS = 200

/** All prices of a good since the beginning: each write raises it by one. */
type Prices = { first: number; writes: (Write | undefined)[] }
/** When it was known to be committed, and when a read that did not show it last began. */
type Write = { committedAt: number; lastStaleAt?: number }

/**
 * Reads hot listings over HTTP, as fast as some callers can, while prices are raised, and checks every price that is
 * shown against what had been committed before the read began.
 */
export async function measureStaleness(
  { owner, url }: { owner: Postgres; url: string },
  reads: number,
): Promise<StalenessFigures> {
  const catalogue = await fillSearchCatalogue(owner.db, GOODS)
  await untilProjected(owner.db)
  const client = openStorefrontClient(url, { connections: READERS, encoding: 'identity' })
  const names = await readListingNames(owner.db, catalogue)
  const paths = await warmListings(client, mixedListings(names, seeded(1)), LISTINGS)
  const prices = await readPrices(owner)
  const writing = startWriting(owner, prices)
  const startedAt = performance.now()
  const seen = {
    ...{ reads: 0, staleReads: 0, tooStale: 0, failed: 0 },
    ...{ greatestMs: 0, greatestAtSeconds: 0, greatestMsBy: {} as Record<string, number> },
  }
  try {
    const reader = async (number: number) => {
      const draw = drawnByZipf(paths, seeded(100 + number))
      while (seen.reads < reads) {
        seen.reads++
        const beganAt = performance.now()
        const { shown, cache } = await readShown(client, draw())
        if (!shown) {
          seen.failed++
          continue
        }
        const staleMs = stalenessOf(prices, shown, beganAt)
        if (staleMs > 0) seen.staleReads++
        if (staleMs > BOUND_MS) seen.tooStale++
        seen.greatestMsBy[cache] = Math.max(seen.greatestMsBy[cache] ?? 0, staleMs)
        if (staleMs <= seen.greatestMs) continue
        seen.greatestMs = staleMs
        seen.greatestAtSeconds = (beganAt - startedAt) / 1_000
      }
    }
    await Promise.all(Array.from({ length: READERS }, (_, number) => reader(number)))
    const seconds = (performance.now() - startedAt) / 1_000
    const writes = await writing.stop()
    await untilProjected(owner.db)
    const wrongAtRest = await countWrongAtRest(client, paths, await readPrices(owner))
    return { ...seen, seconds, writes, propagationMs: propagationOf(prices), wrongAtRest }
  } finally {
    await writing.stop()
    await client.close()
  }
}

async function readPrices({ db }: Postgres): Promise<Map<string, Prices>> {
  const { rows } = await sql<{ id: string; priceMinor: string }>`
    select id, price_minor from shop_product order by popularity desc, id`.execute(db)
  return new Map(rows.map(({ id, priceMinor }) => [id, { first: Number(priceMinor), writes: [] }]))
}

/** Writes at a steady rate whatever the answers take, what is most popular most often. */
function startWriting({ pool }: Postgres, prices: ReadonlyMap<string, Prices>) {
  const ids = [...prices.keys()]
  const place = zipf(ids.length, 1, seeded(2))
  const running = new Set<Promise<void>>()
  let [stopped, writes] = [false, 0]

  const write = async (id: string) => {
    const { rows } = await pool.query<{ price_minor: string }>(
      'update shop_product set price_minor = price_minor + 1 where id = $1 returning price_minor',
      [id],
    )
    const committedAt = performance.now()
    const known = prices.get(id)!
    known.writes[Number(rows[0]!.price_minor) - known.first - 1] = { committedAt }
    writes++
  }
  const writing = (async () => {
    const startedAt = performance.now()
    for (let turn = 0; !stopped; turn++) {
      const wait = (turn * 1_000) / WRITES_PER_SECOND - (performance.now() - startedAt)
      if (wait > 0) await pause(wait)
      const one = write(ids[place()]!).finally(() => running.delete(one))
      running.add(one)
    }
    await Promise.all(running)
  })()
  return {
    async stop() {
      stopped = true
      await writing
      return writes
    },
  }
}

type Shown = { id: string; price: { amount: number } }[]

/** What is told by its tag is parsed once. */
const parsed = new LRUCache<string, Shown>({ max: 2_000 })

/** `undefined` when it was not answered. */
async function readShown(
  client: StorefrontClient,
  path: string,
): Promise<{ cache: string; shown: Shown | undefined }> {
  const { status, cache, headers, body } = await client.get(path)
  if (status !== 200) return { cache, shown: undefined }
  const tag = headers['etag']!
  const shown = parsed.get(tag) ?? (JSON.parse(body.toString()) as { items: Shown }).items
  parsed.set(tag, shown)
  return { cache, shown }
}

/** How long the oldest price that it does not show had been committed when the read began; notes it with every such write. */
function stalenessOf(prices: ReadonlyMap<string, Prices>, shown: Shown, beganAt: number): number {
  let stalest = 0
  for (const { id, price } of shown) {
    const { first, writes } = prices.get(id)!
    for (let at = price.amount - first; at < writes.length; at++) {
      const write = writes[at]
      // A later write of the same good may be known before an earlier one.
      if (!write || write.committedAt >= beganAt) continue
      stalest = Math.max(stalest, beganAt - write.committedAt)
      write.lastStaleAt = Math.max(write.lastStaleAt ?? 0, beganAt)
    }
  }
  return stalest
}

const propagationOf = (prices: ReadonlyMap<string, Prices>): number[] =>
  sorted(
    [...prices.values()]
      .flatMap(({ writes }) => writes)
      .filter((write) => write !== undefined)
      .map(({ committedAt, lastStaleAt = committedAt }) => lastStaleAt - committedAt),
  )

async function countWrongAtRest(
  client: StorefrontClient,
  paths: readonly string[],
  prices: ReadonlyMap<string, Prices>,
): Promise<number> {
  const isRight = ({ id, price }: Shown[number]) => prices.get(id)?.first === price.amount
  let wrong = [...paths]
  for (const endsAt = performance.now() + REST_MS; ; await pause(LOOK_EVERY_MS)) {
    const answers = await Promise.all(wrong.map((path) => readShown(client, path)))
    wrong = wrong.filter((_, at) => !answers[at]!.shown?.every(isRight))
    if (wrong.length === 0 || performance.now() > endsAt) return wrong.length
  }
}

export async function run(reads: number): Promise<string> {
  const market = await openMarketplace()
  try {
    await market.product.startWorker('storefront')
    return table(await measureStaleness(market, reads))
  } finally {
    await market.close()
  }
}

function table({ reads, seconds, writes, propagationMs, ...seen }: StalenessFigures): string {
  const neverStale = propagationMs.filter((ms) => ms === 0).length
  const ms = (value: number) => `${value.toFixed(0)} ms`
  const origins = Object.entries(seen.greatestMsBy)
    .sort(([, one], [, other]) => other - one)
    .map(([cache, greatest]) => `\`${cache}\` ${ms(greatest)}`)
  return [
    `${READERS} callers read ${LISTINGS} hot listings of ${GOODS} goods over HTTP, by Zipf's law, while ${WRITES_PER_SECOND} writes/s ` +
      "raise prices, by Zipf's law (the most popular good most often). Each price that is shown is checked against the log of commits: " +
      `a read is stale by the time from a commit that it does not show to its own beginning. ${writes} writes, of which ${neverStale} were ` +
      `never seen missing and count 0. Greatest staleness by Cache-Status: ${origins.join(', ')}.`,
    '',
    '| reads checked | reads/s | stale | greatest staleness | staler than 2 s | propagation p50 | p99 | longest | failed | listings wrong at rest |',
    '|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|',
    `| ${reads} | ${(reads / seconds).toFixed(0)} | ${seen.staleReads} | ${ms(seen.greatestMs)}, after ${seen.greatestAtSeconds.toFixed(1)} s | ${seen.tooStale} | ` +
      `${ms(percentile(propagationMs, 50))} | ${ms(percentile(propagationMs, 99))} | ${ms(percentile(propagationMs, 100))} | ` +
      `${seen.failed} | ${seen.wrongAtRest} |`,
  ].join('\n')
}
