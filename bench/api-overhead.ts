import { issueApiKey } from '../api/issue-api-key.ts'
import { createShop } from '../test/support/marketplace.ts'
import { attack } from './cache/attack.ts'
import { openCores } from './cache/cores.ts'
import type { BareOrder, BareReport } from './bare-server.ts'
import { startHelper } from './cache/helper-process.ts'
import { percentile, sorted } from './latencies.ts'
import { openMarketplace } from './marketplace.ts'

const ROUNDS = 5
const CONNECTIONS = 20
const WARM_UP_SECONDS = 2
/** Nobody is refused: what is measured is the counting. */
const UNREACHED = { RATE_LIMIT_KEY: '99999999/1', RATE_LIMIT_SELLER_DAY: '999999999/86400' }
const COUNTED = { RATE_LIMIT_UNCOUNTED: '', RATE_LIMIT_ADDRESS: '99999999/1' }

/** A read with its key, its limits of key, day and address and all the rest, against its handler alone. */
export async function run(seconds: number): Promise<string> {
  const market = await openMarketplace()
  const cores = await openCores()
  const shop = await createShop(market.owner.db)
  const { key } = await issueApiKey(market.owner.db, {
    sellerId: shop.sellerId,
    name: 'bench',
    scopes: ['feeds:read', 'feeds:write'],
  })
  const headers = { authorization: `Bearer ${key}` }
  const api = await market.product.startApi({ env: { ...UNREACHED, ...COUNTED } })
  const made = await fetch(`${api.url}/v1/feeds`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ shopId: shop.shopId, kind: 'yandex-market' }),
  })
  const { id: feedId } = (await made.json()) as { id: string }
  const bare = await startHelper<BareOrder, BareReport>('../bare-server.ts', { env: market.env })
  try {
    const { url } = await bare.ask({ sellerId: shop.sellerId })
    await requireSame(`${api.url}/v1/feeds/${feedId}`, `${url}/v1/feeds/${feedId}`, headers)
    const servers = [
      { name: 'yarmarka', url: api.url, pid: api.pid, rates: [] as number[] },
      { name: 'the handler bare', url, pid: bare.pid, rates: [] as number[] },
    ]
    await cores.load(process.pid)
    for (const { pid } of servers) await cores.server(pid)
    const paths = Array.from({ length: CONNECTIONS }, () => [`/v1/feeds/${feedId}`])
    const rateOf = async (url: string, seconds: number) => {
      const attacked = await attack({ url, paths, headers, seconds })
      if (attacked.notOk > 0) throw new Error(`${attacked.notOk} refused or failed`)
      return attacked.times.length / attacked.seconds
    }
    for (const server of servers) await rateOf(server.url, WARM_UP_SECONDS)
    for (let round = 0; round < ROUNDS; round++)
      for (const server of round % 2 === 0 ? servers : servers.toReversed()) {
        const rate = await rateOf(server.url, seconds)
        console.error(`  ${server.name}: ${rate.toFixed(0)} req/s`)
        server.rates.push(rate)
      }
    return table(servers, seconds, cores.stated)
  } finally {
    await cores.free(process.pid)
    await bare.end()
    await market.close()
  }
}

async function requireSame(ours: string, theirs: string, headers: Record<string, string>) {
  const [a, b] = await Promise.all([fetch(ours, { headers }), fetch(theirs)])
  if (!a.headers.get('RateLimit')?.includes('"day"')) throw new Error('Nothing is counted')
  const texts = [await a.text(), await b.text()].map((text) => text.replaceAll(/:\d{4,5}\//g, '/'))
  if (texts[0] !== texts[1]) throw new Error('The answers differ')
}

function table(
  servers: readonly { name: string; rates: number[] }[],
  seconds: number,
  cores: string,
): string {
  const median = (rates: number[]) => percentile(sorted([...rates]), 50)
  const [ours, bare] = servers.map(({ rates }) => median(rates))
  return [
    `\`GET /v1/feeds/{id}\`: a transaction of PostgreSQL under row-level security. yarmarka: key, scope, the buckets of key, day and ` +
      `address in Redis, request id, security headers, CORS, trace, log, validation; bare: the same transaction in a Hono route and nothing else. ` +
      `${ROUNDS} rounds of ${seconds} s each over ${CONNECTIONS} connections, turn by turn and back; ${cores}. Medians, with least and greatest.`,
    '',
    '| server | req/s | yarmarka ÷ bare (≥ 0.6) |',
    '|---|---:|---:|',
    ...servers.map(
      ({ name, rates }, at) =>
        `| ${name} | ${median(rates).toFixed(0)} (${Math.min(...rates).toFixed(0)}–${Math.max(...rates).toFixed(0)}) | ` +
        `${at === 0 ? (ours! / bare!).toFixed(2) : ''} |`,
    ),
  ].join('\n')
}
