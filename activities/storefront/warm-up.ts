import { activityInfo, cancellationSignal, heartbeat, sleep } from '@temporalio/activity'
import type { Kysely } from 'kysely'
import type { CacheOutcome, PageCache } from '../../clients/cache/page-cache.ts'
import type { RedisLike } from '../../clients/cache/script.ts'
import type { WarmCacheInput, WarmUpPosition, WarmUpShift } from '../../contracts/storefront.ts'
import type { Database } from '../../db/database.ts'
import { countBusySessions } from '../../db/storefront/busy-sessions.ts'
import { makeListingPage } from '../../db/storefront/listing-pages.ts'
import { listMostRead } from '../../db/storefront/page-hits.ts'
import { pageKey, parsePageKey } from '../../domain/storefront/listing-page.ts'

export type WarmUpDeps = {
  /** Connected as the role `system`. */
  system: Kysely<Database>
  /** Connected as the role `storefront`, as the API is. */
  storefront: Kysely<Database>
  /** Without memory: what a worker remembers is warm for nobody. */
  cache: Pick<PageCache, 'read'>
  /** The one that the cache stands on. */
  redis: Pick<RedisLike, 'ping'>
}
export type WarmUpActivities = ReturnType<typeof createWarmUpActivities>

const MOST_PAGES = 2_000
/** One activity warms for so long. */
const SHIFT_MS = 5_000
/** 50 pages a second. */
const PAGE_EVERY_MS = 20
/** So many reads of buyers at once are enough for PostgreSQL. */
const BUSY_FROM = 4
const LOOK_EVERY_MS = 100
const HEARTBEAT_MS = 1_000

export const createWarmUpActivities = ({ system, storefront, cache, redis }: WarmUpDeps) => {
  return {
    /**
     * Goes on with the pages that are read most, one after the other, until its shift is over: what Redis has is left
     * alone, the rest is made, and nothing while buyers keep PostgreSQL busy. A second attempt goes on where the first
     * one was heard of last. The list is that of the moment: a page that changes places with one before it is left to
     * the next warm-up.
     */
    async warmPages({ perCity, position: begun }: Required<WarmCacheInput>): Promise<WarmUpShift> {
      let position = (activityInfo().heartbeatDetails as WarmUpPosition | undefined) ?? begun
      const stopped = cancellationSignal()
      const endsAt = Date.now() + SHIFT_MS
      const alive = setInterval(() => heartbeat(position), HEARTBEAT_MS)
      try {
        const pages = await listMostRead(system, { perCity, atMost: MOST_PAGES })
        position = { ...position, total: pages.length }
        for (;;) {
          const page = pages[position.done]
          if (!page) return { position, ended: true }
          if (Date.now() >= endsAt || stopped.aborted) return { position, ended: false }
          const begunAt = Date.now()
          if ((await countBusySessions(storefront)) < BUSY_FROM) {
            position = counted(position, await warm(page))
            heartbeat(position)
            await pause(begunAt + PAGE_EVERY_MS - Date.now())
          } else {
            await pause(LOOK_EVERY_MS)
            position = { ...position, yieldedMs: position.yieldedMs + Date.now() - begunAt }
          }
        }
      } finally {
        clearInterval(alive)
      }
    },
  }

  /** @throws while Redis is away: nothing would keep what is made */
  async function warm(key: { scope: string; page: string }): Promise<CacheOutcome | undefined> {
    const page = parsePageKey(key)
    if (!page) return undefined
    const { outcome } = await cache.read(pageKey(page), () => makeListingPage(storefront, page))
    if (outcome === 'not-stored') await redis.ping()
    return outcome
  }
}

/** A page that changed while it was made is not kept, and neither made nor there. */
function counted(position: WarmUpPosition, outcome: CacheOutcome | undefined): WarmUpPosition {
  const { done, made, alreadyThere } = position
  const isThere = outcome === 'redis' || outcome === 'collapsed'
  return {
    ...position,
    done: done + 1,
    made: made + (outcome === 'stored' ? 1 : 0),
    alreadyThere: alreadyThere + (isThere ? 1 : 0),
  }
}

/** Ends early, and quietly, when the worker is told to stop. */
const pause = (ms: number) => sleep(Math.max(0, ms)).catch(() => {})
