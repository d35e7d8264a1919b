import { setTimeout as pause } from 'node:timers/promises'
import type { Postgres } from '../../clients/postgres.ts'
import { fillSearchCatalogue } from '../../test/support/search-catalogue.ts'
import { openProduct } from '../../test/support/processes.ts'
import { seeded } from '../generate/random.ts'
import { answeredAtRate, sorted, spreadOf, type Answered } from '../latencies.ts'
import { openMarketplace, type Marketplace } from '../marketplace.ts'
import {
  drawnByZipf,
  mixedListings,
  readListingNames,
  untilProjected,
  warmListings,
} from './listings.ts'
import { openOwnRedis } from './own-redis.ts'
import { isHit, openStorefrontClient, statusesOf, type Answer } from './storefront-client.ts'

export type RedisKillFigures = {
  seconds: number
  answered: Answered<Answer>[]
  /** Counted from the first request. */
  killedAtMs: number
  backAtMs: number
  mostLoads: number
}

const GOODS = 5_000
const LISTINGS = 300
const PER_SECOND = 1_000
const CONNECTIONS = 128
const WARM_UP_SECONDS = 5
/** Shares of the time: 8 s and 18 s of 30. */
const [KILLED_AT, BACK_AT] = [8 / 30, 18 / 30]
const LOOK_EVERY_MS = 50
/** So long all answers must be as good as before. */
const STEADY_MS = 1_000

/** Kills Redis under a steady load of warm listings, and starts it again. */
export async function measureRedisKill(
  market: Marketplace,
  seconds: number,
): Promise<RedisKillFigures> {
  const redis = await openOwnRedis()
  const product = await openProduct({ ...market.env, REDIS_URL: redis.url })
  try {
    const catalogue = await fillSearchCatalogue(market.owner.db, GOODS)
    const [{ url }] = await Promise.all([product.startApi(), product.startWorker('storefront')])
    await untilProjected(market.owner.db)
    const names = await readListingNames(market.owner.db, catalogue)
    const plain = openStorefrontClient(url, { connections: 1, encoding: 'identity' })
    const paths = await warmListings(plain, mixedListings(names, seeded(1)), LISTINGS)
    await plain.close()

    const client = openStorefrontClient(url, { connections: CONNECTIONS })
    const draw = drawnByZipf(paths, seeded(2))
    const drawFor = (duration: number) => Array.from({ length: PER_SECOND * duration }, draw)
    const get = (path: string) => client.get(path)
    await answeredAtRate(PER_SECOND, drawFor(WARM_UP_SECONDS), get)
    const loads = watchLoads(market.owner)
    const startedAt = performance.now()
    const since = () => performance.now() - startedAt
    const killAndStart = async () => {
      await pause(seconds * 1_000 * KILLED_AT)
      const killedAtMs = since()
      await redis.kill9()
      await pause(seconds * 1_000 * BACK_AT - since())
      await redis.start()
      return { killedAtMs, backAtMs: since() }
    }
    const [answered, times] = await Promise.all([
      answeredAtRate(PER_SECOND, drawFor(seconds), get),
      killAndStart(),
    ])
    await client.close()
    return { seconds, answered, ...times, mostLoads: await loads.stop() }
  } finally {
    await product.close()
    await redis.close()
  }
}

/** Looks how many connections of the API's storefront role are at work at once. */
function watchLoads({ pool }: Postgres) {
  let [stopped, most] = [false, 0]
  const watching = (async () => {
    while (!stopped) {
      const next = pause(LOOK_EVERY_MS)
      const { rows } = await pool.query<{ count: string }>(
        `select count(*) from pg_stat_activity where application_name = 'yarmarka-api-storefront' and state = 'active'`,
      )
      most = Math.max(most, Number(rows[0]!.count))
      await next
    }
  })()
  return {
    async stop() {
      stopped = true
      await watching
      return most
    },
  }
}

/** After which time from its return on everything was, for a while, out of the cache and as good as new. */
function recoveryMs({ answered, backAtMs }: RedisKillFigures): number | undefined {
  const after = answered.filter(({ dueMs }) => dueMs >= backAtMs)
  let from = backAtMs
  for (const { dueMs, answer } of after) {
    if (!isHit(answer)) from = dueMs
    else if (dueMs - from >= STEADY_MS) return from - backAtMs
  }
  return undefined
}

export async function run(seconds: number): Promise<string> {
  const market = await openMarketplace()
  try {
    return table(await measureRedisKill(market, seconds))
  } finally {
    await market.close()
  }
}

function table(figures: RedisKillFigures): string {
  const { answered, killedAtMs, backAtMs, mostLoads, seconds } = figures
  const phases = {
    before: answered.filter(({ dueMs }) => dueMs < killedAtMs),
    'Redis away': answered.filter(({ dueMs }) => dueMs >= killedAtMs && dueMs < backAtMs),
    'Redis back': answered.filter(({ dueMs }) => dueMs >= backAtMs),
  }
  const recovered = recoveryMs(figures)
  const row = ([name, some]: [string, Answered<Answer>[]]) => {
    const hits = some.filter(({ answer }) => isHit(answer)).length
    const stale = some.filter(({ answer }) => answer.cache.includes('stale')).length
    const times = spreadOf(sorted(some.map(({ ms }) => ms)))
    const statuses = statusesOf(some.map(({ answer }) => answer))
    return `| ${name} | ${some.length} | ${statuses} | ${hits} | ${stale} | ${times} |`
  }
  return [
    `${PER_SECOND} reads/s in open loop over ${LISTINGS} warm listings by Zipf's law for ${seconds} s; Redis is killed (-9) after ` +
      `${(killedAtMs / 1_000).toFixed(1)} s and answers again after ${(backAtMs / 1_000).toFixed(1)} s. Times count from when a request was due. ` +
      `At most ${mostLoads} connections of the API were at work in PostgreSQL at once (a look every ${LOOK_EVERY_MS} ms; the bound is 8 loads). ` +
      (recovered === undefined
        ? 'Not all answers were hits again for a second.'
        : `${(recovered / 1_000).toFixed(1)} s after Redis was back, all answers were hits from memory or Redis again, for a second at least.`),
    '',
    '| | requests | statuses | hits, memory or Redis | stale | p50 / p95 / p99 / greatest, ms |',
    '|---|---:|---|---:|---:|---:|',
    ...Object.entries(phases).map(row),
  ].join('\n')
}
