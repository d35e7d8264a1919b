import { isDeepStrictEqual } from 'node:util'
import { fillSearchCatalogue } from '../../test/support/search-catalogue.ts'
import { seeded } from '../generate/random.ts'
import { percentile, sorted } from '../latencies.ts'
import { openMarketplace, type Marketplace } from '../marketplace.ts'
import { attack } from './attack.ts'
import { openCores, type Cores } from './cores.ts'
import { startHelper, type Helper } from './helper-process.ts'
import {
  drawnByZipf,
  mixedListings,
  readListingNames,
  untilProjected,
  warmListings,
} from './listings.ts'
import type { PeerOrder, PeerReport } from './peer-server.ts'
import type { RawOrder, RawReport } from './raw-server.ts'
import { openStorefrontClient } from './storefront-client.ts'

type Name = 'yarmarka' | PeerOrder['peer'] | 'node:http'
type Server = { name: Name; url: string; pid: number }
type Round = { perSecond: number; p99: number; failed: number }
type Rounds = Map<Name, Round[]>

export type HotFigures = { cores: string; plain: Rounds; traced: Rounds }

const GOODS = 5_000
const LISTINGS = 500
const CONNECTIONS = 50
const ROUNDS = 5
const WARM_UP_SECONDS = 2
/** Of one connection, before it begins again. */
const DRAWN = 1_000
const PEERS = ['cacheable', 'bentocache'] as const
/** The connection's own, or what Node sets itself. */
const NOT_COPIED = new Set(['connection', 'keep-alive', 'date', 'transfer-encoding'])

/** The same listings from four servers, turn by turn and back again, and once more with telemetry on. */
export async function measureHot(market: Marketplace, seconds: number): Promise<HotFigures> {
  const catalogue = await fillSearchCatalogue(market.owner.db, GOODS)
  const worker = await market.product.startWorker('storefront')
  await untilProjected(market.owner.db)
  await worker.terminate()
  const paths = await findListings(market, catalogue.categories)
  const cores = await openCores()
  const helpers: Helper<object, unknown>[] = []
  const begin = async <Order extends object, Report>(
    script: string,
    order: Order,
    options: Parameters<typeof startHelper>[1] = {},
  ) => {
    const helper = await startHelper<Order, Report>(script, options)
    helpers.push(helper as Helper<object, unknown>)
    return { ...(await helper.ask(order)), pid: helper.pid }
  }
  const beginPeers = (env: Record<string, string> = {}) =>
    Promise.all(
      PEERS.map(async (peer) => ({
        name: peer,
        ...(await begin<PeerOrder, PeerReport>(
          'peer-server.ts',
          { peer },
          { env: { ...market.env, ...env }, flags: ['--import', './telemetry.ts'] },
        )),
      })),
    )

  await cores.load(process.pid)
  try {
    const answer = await readRaw(new URL(paths[0]!, market.url))
    const raw = await begin<RawOrder, RawReport>('raw-server.ts', { answer })
    const ours: Server = { name: 'yarmarka', url: market.url, pid: market.pid }
    const peers = await beginPeers()
    await compare(ours, peers, paths)
    const servers = [ours, ...peers, { name: 'node:http' as const, ...raw }]
    const plain = await race(servers, paths, { cores, seconds, rounds: ROUNDS })

    const sink = await begin<RawOrder, RawReport>('raw-server.ts', {})
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url }
    const api = await market.product.startApi({ env })
    const oursTraced: Server = { name: 'yarmarka', url: api.url, pid: api.pid }
    const peersTraced = await beginPeers(env)
    await compare(oursTraced, peersTraced, paths)
    const traced = await race([oursTraced, ...peersTraced], paths, { cores, seconds, rounds: 1 })
    return { cores: cores.stated, plain, traced }
  } finally {
    await cores.free(process.pid)
    await Promise.all(helpers.map((helper) => helper.end()))
  }
}

async function findListings(market: Marketplace, categories: string[]): Promise<string[]> {
  const client = openStorefrontClient(market.url, { connections: 1, encoding: 'identity' })
  try {
    const names = await readListingNames(market.owner.db, { categories })
    return await warmListings(client, mixedListings(names, seeded(1)), LISTINGS)
  } finally {
    await client.close()
  }
}

/** One answer as it is sent, compressed, with as many headers. */
async function readRaw(url: URL): Promise<NonNullable<RawOrder['answer']>> {
  const client = openStorefrontClient(url.origin, { connections: 1 })
  try {
    const { body, headers } = await client.get(url.pathname + url.search)
    const copied = Object.entries(headers).filter(([name]) => !NOT_COPIED.has(name))
    return { headers: Object.fromEntries(copied), body }
  } finally {
    await client.close()
  }
}

/** @throws when a listing is not the same everywhere */
async function compare(ours: Server, peers: Server[], paths: readonly string[]): Promise<void> {
  const clients = [ours, ...peers].map(({ url }) =>
    openStorefrontClient(url, { connections: 1, encoding: 'identity' }),
  )
  try {
    for (const path of paths) {
      const answers = await Promise.all(clients.map((client) => client.get(path)))
      const [mine, ...others] = answers.map(({ body }) => JSON.parse(body.toString()) as unknown)
      if (!others.every((other) => isDeepStrictEqual(mine, other)))
        throw new Error(`${path} is not the same everywhere`)
    }
  } finally {
    await Promise.all(clients.map((client) => client.close()))
  }
}

async function race(
  servers: readonly Server[],
  paths: readonly string[],
  { cores, seconds, rounds }: { cores: Cores; seconds: number; rounds: number },
): Promise<Rounds> {
  for (const { pid } of servers) await cores.server(pid)
  const raced: Rounds = new Map(servers.map(({ name }) => [name, []]))
  for (const server of servers) await measure(server, paths, WARM_UP_SECONDS)
  for (let round = 0; round < rounds; round++)
    for (const server of round % 2 === 0 ? servers : servers.toReversed())
      raced.get(server.name)!.push(await measure(server, paths, seconds))
  return raced
}

async function measure(
  { url, name }: Server,
  paths: readonly string[],
  seconds: number,
): Promise<Round> {
  const drawn = Array.from({ length: CONNECTIONS }, (_, connection) => {
    const draw = drawnByZipf(paths, seeded(connection))
    return Array.from({ length: DRAWN }, draw)
  })
  const { times, seconds: took, notOk } = await attack({ url, paths: drawn, seconds })
  const p99 = percentile(sorted(times), 99)
  const round = { perSecond: times.length / took, p99, failed: notOk }
  console.error(`  ${name}: ${round.perSecond.toFixed(0)} req/s, p99 ${round.p99.toFixed(1)} ms`)
  return round
}

export async function run(seconds: number): Promise<string> {
  const market = await openMarketplace()
  try {
    return table(await measureHot(market, seconds), seconds)
  } finally {
    await market.close()
  }
}

const median = (values: readonly number[]) => percentile(sorted([...values]), 50)

function table({ cores, plain, traced }: HotFigures, seconds: number): string {
  return [
    `${LISTINGS} full listings of ${GOODS} goods, drawn by Zipf's law, over ${CONNECTIONS} connections with \`Accept-Encoding: gzip\`; ` +
      `${ROUNDS} rounds of ${seconds} s per server, turn by turn and back; ${cores}. The peers are Hono with the product's own ` +
      'middleware, validation, look-ups and headers, the cache (memory before Redis, never invalidated) and `c.json`, which does not ' +
      'compress; bentocache keeps objects as they are, its fastest setting (in 1.6 it fails as soon as a page comes back from Redis, so that ' +
      'each process has names of its own there); `node:http` has one compressed listing and writes it with the same headers, whatever is asked for. Before the race all ' +
      'listings were the same JSON everywhere. Medians, with least and greatest.',
    '',
    ...rowsOf(plain),
    '',
    `With telemetry on (every request traced, spans sent to a process that drops them), one round of ${seconds} s each:`,
    '',
    ...rowsOf(traced),
  ].join('\n')
}

function rowsOf(rounds: Rounds): string[] {
  const medians = (name: Name) => {
    const own = rounds.get(name)!
    return { perSecond: median(own.map((r) => r.perSecond)), p99: median(own.map((r) => r.p99)) }
  }
  const ours = medians('yarmarka')
  const spread = (values: number[], digits: number) => {
    const [mid, least, greatest] = [median(values), Math.min(...values), Math.max(...values)]
    return `${mid.toFixed(digits)} (${least.toFixed(digits)}–${greatest.toFixed(digits)})`
  }
  return [
    '| server | req/s | p99, ms | yarmarka ÷ it: req/s | p99 | not 2xx |',
    '|---|---:|---:|---:|---:|---:|',
    ...[...rounds].map(([name, own]) => {
      const { perSecond, p99 } = medians(name)
      const failed = own.reduce((sum, round) => sum + round.failed, 0)
      const rates = own.map((round) => round.perSecond)
      const times = own.map((round) => round.p99)
      return (
        `| ${name} | ${spread(rates, 0)} | ${spread(times, 1)} | ` +
        `${(ours.perSecond / perSecond).toFixed(2)} | ${(ours.p99 / p99).toFixed(2)} | ${failed} |`
      )
    }),
  ]
}
