import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { redisDriver } from 'bentocache/drivers/redis'
import { Redis } from 'ioredis'
import { setTimeout as pause } from 'node:timers/promises'
import { createPageCache } from '../../clients/cache/page-cache.ts'
import { connectRedis } from '../../clients/redis.ts'
import { until } from '../../test/support/until.ts'
import { serveOrders } from './helper-process.ts'

/** `beginAt` in ms since 1970: both processes ask at the same moment. */
export type StampedeOrder = {
  whose: 'ours' | 'bentocache'
  trial: number
  callers: number
  beginAt: number
}
export type StampedeReport = { answers: string[]; slowestMs: number }

/** Under which Redis counts the calls of the loader. */
export const callsKey = ({ whose, trial }: Pick<StampedeOrder, 'whose' | 'trial'>) =>
  `calls:${whose}:${trial}`

const LOADER_MS = 50
const KEEP_MS = 60_000

if (import.meta.main) await serve()

async function serve() {
  const [url, commandTimeoutMs] = process.argv.slice(2) as [string, string]
  const connect = () => connectRedis({ url, commandTimeoutMs: Number(commandTimeoutMs) })
  const counter = new Redis(url)
  const load = async (order: StampedeOrder) => {
    const call = await counter.incr(callsKey(order))
    await pause(LOADER_MS)
    return JSON.stringify({ trial: order.trial, call })
  }

  const pages = createPageCache({
    ...{ redis: connect(), subscriber: connect() },
    ...{ maxBytes: 64 * 1024 ** 2, staleOnErrorMs: () => 0 },
  })
  await until(() => pages.meter.counts.gaps > 0, { what: 'the subscription' })
  const ours = async (order: StampedeOrder) => {
    const key = { kind: 'listing', scope: `trial-${order.trial}`, page: 'popular|20|' }
    const { entry } = await pages.read(key, async () => {
      const body = await load(order)
      const endsAt = Date.now() + KEEP_MS
      return { body, lifetime: { refreshAt: endsAt, softAt: endsAt, hardAt: endsAt } }
    })
    return entry.bodies.identity.toString()
  }

  const memory = memoryDriver({ maxItems: 10_000, serialize: false })
  const bento = new BentoCache({
    default: 'pages',
    stores: {
      pages: bentostore()
        .useL1Layer(memory)
        .useL2Layer(redisDriver({ connection: new Redis(url) })),
    },
  })
  const peer = (order: StampedeOrder): Promise<string> =>
    bento.getOrSet({
      ...{ key: `trial-${order.trial}`, ttl: KEEP_MS },
      factory: () => load(order),
    })

  const askers = { ours, bentocache: peer }
  serveOrders<StampedeOrder, StampedeReport>(async (order) => {
    await pause(Math.max(0, order.beginAt - Date.now()))
    const startedAt = performance.now()
    const asking = Array.from({ length: order.callers }, () => askers[order.whose](order))
    const answers = [...new Set(await Promise.all(asking))]
    return { answers, slowestMs: performance.now() - startedAt }
  })
}
