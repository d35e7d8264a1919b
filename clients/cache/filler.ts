import { BulkheadRejectedError, type BulkheadPolicy } from 'cockatiel'
import { setTimeout as pause } from 'node:timers/promises'
import type { Breaker } from './breaker.ts'
import type { CacheMeter } from './cache-meter.ts'
import { decodeEntry, encodeEntry, type Entry } from './entry.ts'
import type { CacheOutcome, Load } from './page-cache.ts'
import type { PageKey } from './page-key.ts'
import { represent } from './representations.ts'
import type { RedisLike } from './script.ts'
import {
  beginFill,
  findMade,
  isGood,
  markOfEntry,
  releaseFill,
  storeFilled,
  type Fill,
  type SharedPage,
} from './shared-pages.ts'

/** A page that was not there. Nothing can be said of what changed while it was made when Redis is away. */
export type Made = {
  entry: Entry
  outcome: Extract<CacheOutcome, 'collapsed' | 'stored' | 'not-stored'>
  isRedisAway: boolean
}

export type Filler = {
  /** Makes the page and stores it, or waits for another process that does. @throws {LoadersBusy}, or what `load` throws */
  fill(key: PageKey, load: Load): Promise<Made>
  /** Makes the page without a word to Redis. @throws like `fill` */
  make(key: PageKey, load: Load): Promise<Made>
}

/** More would be loaded at once than PostgreSQL shall have to bear. */
export class LoadersBusy extends Error {
  override name = 'LoadersBusy'
}

/** How long a process waits for another that makes the page, and how often it looks. */
const WAIT_MS = 2_000
const LOOK_EVERY_MS = 5
/** A hash outlives its pages a little. */
const BEYOND_LIFE_MS = 60_000

type Deps = { redis: RedisLike; breaker: Breaker; gate: BulkheadPolicy; meter: CacheMeter }

/** Has pages made: one load of a page at a time over all processes, as many loads as the gate lets through. */
export function createFiller({ redis, breaker, gate, meter }: Deps): Filler {
  async function untilMade(key: PageKey, until: number): Promise<SharedPage | undefined> {
    while (Date.now() <= until) {
      await pause(LOOK_EVERY_MS)
      const looked = await breaker.attempt(() => findMade(redis, key))
      if (looked === 'failed') return undefined
      const { page, working } = looked.value
      if (page && isGood(page)) return page
      if (!working) return undefined
    }
    return undefined
  }

  async function make(key: PageKey, load: Load, begun?: Fill): Promise<Made> {
    try {
      const { body, lifetime, range = null } = await gate.execute(() => meter.load(load))
      const bytes = encodeEntry(await represent(body), { madeAt: Date.now(), ...lifetime })
      const entry = decodeEntry(bytes)!
      const keepMs = lifetime.hardAt - Date.now() + BEYOND_LIFE_MS
      const mark = markOfEntry(entry)
      const page = { bytes, mark, range, hardAt: lifetime.hardAt, keepMs }
      const stored = begun && (await breaker.attempt(() => storeFilled(redis, key, begun, page)))
      const isRedisAway = !stored || stored === 'failed'
      return { entry, isRedisAway, outcome: !isRedisAway && stored.value ? 'stored' : 'not-stored' }
    } catch (error) {
      if (begun?.isMine) void breaker.attempt(() => releaseFill(redis, key, begun))
      throw error instanceof BulkheadRejectedError ? new LoadersBusy('', { cause: error }) : error
    }
  }

  return {
    async fill(key, load) {
      const until = Date.now() + WAIT_MS
      for (;;) {
        const begun = await breaker.attempt(() => beginFill(redis, key, BEYOND_LIFE_MS))
        if (begun === 'failed') return make(key, load)
        if (begun.value.isMine || Date.now() > until) return make(key, load, begun.value)
        const made = await untilMade(key, until)
        if (made) return { entry: made.entry, outcome: 'collapsed', isRedisAway: false }
      }
    },
    make: (key, load) => make(key, load),
  }
}
