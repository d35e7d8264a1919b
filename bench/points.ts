import { Client } from '@elastic/elasticsearch'
import { MockActivityEnvironment } from '@temporalio/testing'
import { randomUUID } from 'node:crypto'
import { createPointsActivities, type PointsActivities } from '../activities/logistics/points.ts'
import { readPoints } from '../api/logistics/find-points.ts'
import { createLogger } from '../clients/logger.ts'
import { connectPostgres, type Postgres } from '../clients/postgres.ts'
import { readConfig, roleUrl } from '../config.ts'
import { carrierWithPoints, manyPoints, POINT_CENTRES } from '../test/support/pickup-points.ts'
import { pointsBySql, type PointQuestion } from '../test/support/points-by-sql.ts'
import { sampler } from '../test/support/sampler.ts'
import {
  answeredAtRate,
  atRate,
  percentile,
  sorted,
  spreadOf,
  type Latencies,
} from './latencies.ts'
import { reoffer, type Reoffered } from './points-reoffered.ts'
import { openMarketplace, type Marketplace } from './marketplace.ts'

const PER_SECOND = 25
const SECONDS = 16
const LIMIT_MS = 50
const WARMING = 300
const CLOSED = 100

type Served = { question: PointQuestion; ids: string[] }
type Synced = {
  script: ReturnType<typeof carrierWithPoints>['script']
  activities: PointsActivities
}
type Figures = { served: Latencies; database: Latencies; bruteForce: Latencies; wrong: number }

/** So many points of two carriers; the nearest that take a shipment, over HTTP, each answer proved by brute force. */
export async function run(size: number): Promise<string> {
  const market = await openMarketplace()
  const config = readConfig('worker', market.env)
  const connect = (role: 'system' | 'storefront') =>
    connectPostgres({ url: roleUrl(config, role), applicationName: 'bench' })
  const [system, storefront] = [connect('system'), connect('storefront')]
  const elasticsearch = new Client({ node: config.ELASTICSEARCH_URL })
  try {
    const { apiKey } = await market.openShop()
    const startedAt = performance.now()
    const close = await sync({ system, elasticsearch }, size)
    const syncedMs = performance.now() - startedAt
    const figures = await race(market, storefront, apiKey)
    // Far from everything there may be no point at all.
    const near = questionsOf(2 * CLOSED, 5).map((question) => ({
      ...question,
      near: { ...question.near!, radiusM: 30_000 },
    }))
    const reoffered = await reoffer(system.db, { questions: near, wanted: CLOSED, close })
    return table({ ...figures, reoffered }, size, syncedMs)
  } finally {
    await Promise.all([system.close(), storefront.close(), elasticsearch.close()])
    await market.close()
  }
}

async function sync(
  { system, elasticsearch }: { system: Postgres; elasticsearch: Client },
  size: number,
): Promise<Parameters<typeof reoffer>[1]['close']> {
  const points = manyPoints(size)
  const carriers = new Map<string, Synced>()
  for (const id of ['cdek', 'dpd'] as const) {
    const ofCarrier = points.filter(({ carrier }) => carrier === id)
    const { carrier, script } = carrierWithPoints(id, ofCarrier, 1_000)
    const activities = createPointsActivities({
      ...{ system: system.db, elasticsearch, carrierOf: () => carrier },
      log: createLogger({ level: 'silent', name: 'bench' }),
    })
    const list = { syncId: randomUUID(), carrier: id }
    await new MockActivityEnvironment().run(() => activities.readPickupPoints(list))
    await activities.applyPickupPoints({ ...list, scope: 'full', confirmClosure: false })
    await new MockActivityEnvironment().run(() => activities.projectPickupPoints())
    carriers.set(id, { script, activities })
  }
  return (id) => {
    const point = points.find(({ carrier, code }) => id === `${carrier}:${code}`)!
    const { script, activities } = carriers.get(point.carrier)!
    script.now.set(point.code, { ...point, state: 'closed' })
    return { point, activities }
  }
}

/** Somebody in one of the cities, with a parcel or two. */
function questionsOf(count: number, seed: number): PointQuestion[] {
  const { one, chance, number } = sampler(seed)
  const edge = () => 50 + number(450)
  const parcel = () => ({
    ...{ weightG: 100 + number(15_000), lengthMm: edge(), widthMm: edge(), heightMm: edge() },
  })
  return Array.from({ length: count }, () => {
    const { lat, lon } = one(POINT_CENTRES)
    return {
      near: {
        lat: lat + (number(3_000) - 1_500) / 10_000,
        lon: lon + (number(3_000) - 1_500) / 10_000,
        radiusM: one([1_000, 3_000, 10_000, 30_000]),
      },
      parcels: Array.from({ length: chance(0.8) ? 1 : 2 }, parcel),
      kind: chance(0.5) ? one(['pvz', 'locker'] as const) : undefined,
      limit: one([10, 20, 50, 100]),
    }
  })
}

async function race({ url }: Marketplace, storefront: Postgres, apiKey: string): Promise<Figures> {
  const headers = { Authorization: `Bearer ${apiKey}` }
  const ask = async (question: PointQuestion): Promise<Served> => {
    const response = await fetch(new URL(`/v1/pickup-points?${queryOf(question)}`, url), {
      headers,
    })
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
    const { items } = (await response.json()) as { items: { id: string }[] }
    return { question, ids: items.map(({ id }) => id) }
  }
  const count = PER_SECOND * SECONDS
  // A node that has just begun compiles its code on the first searches.
  for (const question of questionsOf(WARMING, 1)) await ask(question)
  await atRate(PER_SECOND, questionsOf(count, 4), ask)
  const answered = await answeredAtRate(PER_SECOND, questionsOf(count, 2), ask)

  const bruteForce: Latencies = []
  let wrong = 0
  for (const { answer } of answered) {
    const startedAt = performance.now()
    const ids = await pointsBySql(storefront.db, answer.question)
    bruteForce.push(performance.now() - startedAt)
    if (JSON.stringify(ids) !== JSON.stringify(answer.ids)) wrong++
  }
  const database: Latencies = []
  for (const question of questionsOf(200, 3)) {
    const startedAt = performance.now()
    await readPoints(storefront.db, { ...question, state: 'open' })
    database.push(performance.now() - startedAt)
  }
  return {
    served: sorted(answered.map(({ ms }) => ms)),
    database: sorted(database),
    bruteForce: sorted(bruteForce),
    wrong,
  }
}

function queryOf({ near, parcels, kind, limit }: PointQuestion): URLSearchParams {
  const { lat, lon, radiusM } = near!
  const fits = parcels!
    .map(({ weightG, lengthMm, widthMm, heightMm }) =>
      [weightG, lengthMm, widthMm, heightMm].join('x'),
    )
    .join(',')
  return new URLSearchParams({
    ...{ lat: String(lat), lon: String(lon), radiusM: String(radiusM), limit: String(limit), fits },
    ...(kind && { kind }),
  })
}

function table(
  { served, database, bruteForce, wrong, reoffered }: Figures & { reoffered: Reoffered },
  size: number,
  syncedMs: number,
) {
  const { closed, offered, nearest } = reoffered
  const isMet =
    percentile(served, 95) < LIMIT_MS && wrong === 0 && closed === CLOSED && nearest === closed
  return `${size} points of two carriers in four cities, read, applied and searchable in ${(syncedMs / 1_000).toFixed(1)} s. ${served.length} questions at ${PER_SECOND}/s for the nearest open points that take one or two parcels within 1 to 30 km, 10 to 100 to a page. Each answer is compared with a query in PostgreSQL that looks at every point.

| way | p50 / p95 / p99 / greatest, ms | wrong answers |
| --- | ---: | ---: |
| served over HTTP, by Elasticsearch | ${spreadOf(served)} | ${wrong} of ${served.length} |
| PostgreSQL, as served while search is away (not over HTTP) | ${spreadOf(database)} | |
| PostgreSQL, every point looked at | ${spreadOf(bruteForce)} | |

${closed} of the points that were nearest closed between checkout and booking: ${offered} of ${closed} buyers were offered another, ${nearest} of ${closed} the nearest of the same carrier that takes their parcels, or else of another.

Wanted: p95 below ${LIMIT_MS} ms, no wrong answer, another point for each that closed: ${isMet ? 'met' : '**not met**'}.`
}
