import { createInvalidator } from '../../clients/cache/invalidator.ts'
import { createPageCache, type Loaded, type PageCache } from '../../clients/cache/page-cache.ts'
import type { PageRange } from '../../clients/cache/shared-pages.ts'
import { connectRedis } from '../../clients/redis.ts'
import { cacheWithoutMemory } from '../support/page-cache.ts'
import { freshRedis } from '../support/redis.ts'
import { until } from '../support/until.ts'

export type Key = { kind: string; scope: string; page: string }

/** Caches on a Redis of their own; call it once per test file and close it in `afterAll`. */
export async function openPageCaches() {
  const server = await freshRedis()
  const opened: { disconnect(): void }[] = []
  const connect = () => {
    const redis = connectRedis({ url: server.url, commandTimeoutMs: 5_000, patient: true })
    opened.push(redis)
    return redis
  }
  const redis = connect()
  const cache = cacheWithoutMemory(redis)
  const invalidator = createInvalidator(redis)
  return {
    ...{ redis, cache, invalidator },
    /** As another process has it, with pages in its memory. */
    async openProcess(options: Partial<Parameters<typeof createPageCache>[0]> = {}) {
      const [commands, subscriber] = [connect(), connect()]
      const process = createPageCache({
        ...{ redis: commands, subscriber, maxBytes: 8 * 1024 ** 2, staleOnErrorMs: () => 60_000 },
        ...options,
      })
      await until(() => process.meter.counts.gaps > 0, { what: 'the subscription' })
      return Object.assign(process, { subscriber, commands })
    },
    drop: ({ kind, scope }: Key) => invalidator.invalidate([{ kind, scope }], now()),
    async outcomeOf(key: Key, body = 'new', from: Pick<PageCache, 'read'> = cache) {
      const { outcome, entry } = await from.read(key, load(body))
      return `${outcome}: ${entry.bodies.identity.toString()}`
    },
    async close() {
      for (const connection of opened) connection.disconnect()
      await server.close()
    },
  }
}

let scopes = 0
export const newKey = (): Key => ({
  ...{ kind: 'listing', scope: `msk:-:${scopes++}`, page: 'popular|20|' },
})

export const lives = (softMs: number, hardMs = softMs) => {
  const now = Date.now()
  return { refreshAt: now + softMs, softAt: now + softMs, hardAt: now + hardMs }
}
export const page = (body: string, range: PageRange | null = null, lifetime = lives(60_000)) =>
  ({ body, range, lifetime }) satisfies Loaded
export const load = (body: string, range?: PageRange) => async () => page(body, range)
export const unwanted = async (): Promise<Loaded> => {
  throw new Error('loaded without need')
}
export const now = () => ({ changedAt: Date.now(), showUntil: Date.now() + 60_000 })
