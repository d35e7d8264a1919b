import { bulkhead } from 'cockatiel'
import type { Lifetime } from '../../domain/storefront/cache-policies.ts'
import { createBreaker } from './breaker.ts'
import { createCacheMeter, type CacheMeter } from './cache-meter.ts'
import type { Entry } from './entry.ts'
import { createFiller, type Made } from './filler.ts'
import { followInvalidations, type NamedPages } from './invalidations.ts'
import { createMemoryPages, type HeldPage } from './memory-pages.ts'
import { hashKey, idOf, type PageKey } from './page-key.ts'
import { createRefreshes } from './refreshes.ts'
import type { RedisLike } from './script.ts'
import { askAbout, findShared, isGood, type PageRange, type SharedPage } from './shared-pages.ts'

/** What a page is made of, how long it keeps, and which part of an ordered list it shows. */
export type Loaded = { body: string; lifetime: Lifetime; range?: PageRange | null }
export type Load = () => Promise<Loaded>

/**
 * `memory` and `redis`: found there. `stale`: found, while somebody makes it anew, or nobody can. `collapsed`: made by
 * another process meanwhile. `stored` and `not-stored`: made for this caller.
 */
export type CacheOutcome = 'memory' | 'redis' | 'stale' | 'collapsed' | 'stored' | 'not-stored'
export type CachedPage = { entry: Entry; outcome: CacheOutcome }

export type PageCache = {
  /**
   * A page from memory, from Redis, or else from `load`, which runs once for all who ask, in all processes. Never fails
   * because of Redis, nor because of `load` while there is something to show. @throws {LoadersBusy}, or what `load` throws
   */
  read(key: PageKey, load: Load): Promise<CachedPage>
  /** The page if memory has it and it is good as it is: what `read` would give at once. */
  peek(id: string): Entry | undefined
  readonly meter: CacheMeter
  readonly memory: { bytes: number; maxBytes: number; pages: number }
}

export type PageCacheOptions = {
  /** Its commands must give up within some 50 ms. */
  redis: RedisLike
  /** A connection of its own for what is published; without one, memory is asked about all the time. */
  subscriber?: RedisLike
  maxBytes: number
  /** How long after its end of life a page of this kind may stand in for an error. */
  staleOnErrorMs: (kind: string) => number
  /** How many loads run at once, and how many wait, in this process. */
  loaders?: { atOnce: number; waiting: number }
}

/** So long a page in memory is good without a word from Redis, when nothing is heard of it. */
const LEASE_MS = 1_000
/** From here on it is asked about, while it is still given away. */
const RENEW_MS = 500
/** What is to be renewed while it is given away is begun so often. */
const RENEW_EVERY_MS = 50
/** While Redis is away, each page is made anew so often. */
const AWAY_MS = 5_000
/** For so long after it came back, pages that are no older than this are given away while they are made anew. */
const BACK_MS = 2_000
const OLDEST_MS = 1_500
/** Whoever comes so long after a change in the scope of a page that is on its way does not wait for that page. */
const DOUBTFUL_MS = 150
/** After something was missed, what was read in so long is looked after before somebody reads it. */
const MISSED_MS = 60_000

type Flight = {
  key: PageKey
  load: Load
  page: Promise<CachedPage>
  gaps: number
  lastReadAt: number
  /** An invalidation named its page. */
  isPoisoned: boolean
  /** Since when something else in its scope, or on what it will be, has changed. */
  doubtedSince: number
}

export function createPageCache({
  redis,
  subscriber,
  maxBytes,
  staleOnErrorMs,
  loaders = { atOnce: 8, waiting: 500 },
}: PageCacheOptions): PageCache {
  const memory = createMemoryPages(maxBytes)
  const meter = createCacheMeter()
  const breaker = createBreaker({ failingMs: 150, restMs: 500, isAway: () => isLost(redis) })
  const gate = bulkhead(loaders.atOnce, loaders.waiting)
  const filler = createFiller({ redis, breaker, gate, meter })
  const flights = new Map<string, Flight>()
  let gaps = 0
  /** Half of the loads at once are for those who wait. */
  const isGateBusy = () => gate.executionSlots <= loaders.atOnce / 2
  const refreshes = createRefreshes({
    atOnce: Math.max(1, loaders.atOnce / 4),
    isBusy: () => isGateBusy() || breaker.restedWithin(0),
  })

  /** What is on its way was read before what is heard now: nobody who comes later may have it, nor may memory. */
  const poison = (flight: Flight, id: string) => {
    flight.isPoisoned = true
    flights.delete(id)
  }
  /** Has it right again before the next reader comes. */
  const refresh = ({ key }: HeldPage) => {
    const id = idOf(key)
    refreshes.add(id, async () => {
      const held = memory.peek(id)
      const verdict = held && judge(held, Date.now())
      if (verdict && verdict !== 'give') await fly(key, held.load, held)
    })
  }
  if (subscriber)
    followInvalidations(subscriber, {
      onGap() {
        gaps++
        meter.missed()
        for (const [id, flight] of flights) poison(flight, id)
        const since = Date.now() - MISSED_MS
        for (const held of memory.all()) if (held.lastReadAt > since) refresh(held)
      },
      onInvalidation({ scopes, all, changedAt, showUntil }) {
        const hit = (held: HeldPage, isDropped: boolean) => {
          meter.invalidated(idOf(held.key), held.entry.etag, held.lastReadAt - changedAt)
          if (isDropped) held.dropped = true
          else held.touchedUntil ??= showUntil
          if (held.isRead) refresh(held)
        }
        const byHash = new Map(scopes.map(({ hash, pages }) => [hash, pages]))
        for (const [id, flight] of flights) {
          const pages = byHash.get(hashKey(flight.key))
          if (pages && fateOf(flight.key, pages)) poison(flight, id)
          else if (pages) flight.doubtedSince = Math.min(flight.doubtedSince, Date.now())
        }
        for (const { hash, pages } of scopes)
          for (const held of memory.ofHash(hash)) {
            const fate = fateOf(held.key, pages)
            if (fate) hit(held, fate === 'dropped')
          }
        if (all.length === 0) return
        for (const [id, flight] of flights) poison(flight, id)
        for (const held of memory.all()) if (all.includes(held.key.kind)) hit(held, true)
      },
    })

  /**
   * What may be done with a page in memory: `give` it away, give it away and `renew` it, `ask` Redis whether it is still
   * right, or `make` another.
   */
  function judge(held: HeldPage, now: number): 'give' | 'renew' | 'ask' | 'make' {
    if (held.dropped || now >= held.entry.hardAt) return 'make'
    if (held.touchedUntil !== undefined) return now < held.touchedUntil ? 'renew' : 'make'
    const age = now - held.verifiedAt
    if (held.gaps !== gaps || age > LEASE_MS) return 'ask'
    return now >= held.entry.refreshAt || age > RENEW_MS ? 'renew' : 'give'
  }

  /** Whether nothing is known against a page but that nobody could be asked about it. */
  const mayStandIn = ({ dropped, touchedUntil }: HeldPage) => !dropped && touchedUntil === undefined

  /**
   * How old memory may be where Redis has nothing to say: while it is away, whoever waits would only wait for PostgreSQL;
   * when it is back, no invalidation names what was made meanwhile.
   */
  const trustedMs = () =>
    breaker.restedWithin(0) ? 2 * AWAY_MS : breaker.restedWithin(BACK_MS) ? OLDEST_MS : 0

  const isBetterThanAnError = ({ key, entry }: HeldPage) =>
    Date.now() < entry.hardAt + staleOnErrorMs(key.kind)

  function keep(flight: Flight, { entry, touchedUntil }: SharedPage): void {
    const { key, load, gaps, lastReadAt } = flight
    if (flight.isPoisoned) return
    memory.set(idOf(key), {
      ...{ key, load, entry, touchedUntil, verifiedAt: Date.now(), renewedAt: 0 },
      ...{ lastReadAt, isRead: false, dropped: false, gaps },
    })
  }

  /** One flight for all who want the page in this process. */
  function fly(key: PageKey, load: Load, held: HeldPage | undefined): Promise<CachedPage> {
    const id = idOf(key)
    const known = flights.get(id)
    if (known && Date.now() - known.doubtedSince < DOUBTFUL_MS) return known.page
    const flight: Flight = {
      ...{ key, load, gaps, isPoisoned: false, doubtedSince: Infinity },
      lastReadAt: held?.lastReadAt ?? Date.now(),
      page: Promise.resolve(undefined as unknown as CachedPage),
    }
    flights.set(id, flight)
    flight.page = obtain(key, load, held, flight).finally(() => {
      if (flights.get(id) === flight) flights.delete(id)
    })
    return flight.page
  }

  async function obtain(
    key: PageKey,
    load: Load,
    held: HeldPage | undefined,
    flight: Flight,
  ): Promise<CachedPage> {
    const now = Date.now()
    if (held && !held.dropped && held.touchedUntil === undefined && now < held.entry.refreshAt) {
      const asked = await breaker.attempt(() => askAbout(redis, key, held.entry))
      if (asked === 'failed') return withoutRedis(key, load, held, flight)
      if (asked.value === 'other') held.dropped = true
      if (asked.value === 'same') {
        if (!flight.isPoisoned) Object.assign(held, { verifiedAt: now, gaps: flight.gaps })
        return { entry: held.entry, outcome: 'memory' }
      }
    }
    const found = await breaker.attempt(() => findShared(redis, key))
    if (found === 'failed') return withoutRedis(key, load, held, flight)
    if (found.value && isGood(found.value)) {
      keep(flight, found.value)
      return { entry: found.value.entry, outcome: 'redis' }
    }
    return filled(key, flight, filler.fill(key, load))
  }

  /** Redis has nothing to say: what memory has is given away, and made anew now and then. */
  async function withoutRedis(
    key: PageKey,
    load: Load,
    held: HeldPage | undefined,
    flight: Flight,
  ): Promise<CachedPage> {
    const isRecent = held && Date.now() - held.entry.madeAt < AWAY_MS
    if (isRecent && breaker.restedWithin(0) && mayStandIn(held))
      return { entry: held.entry, outcome: 'stale' }
    return filled(key, flight, filler.make(key, load))
  }

  /** Made, by this process or another: kept unless something may have changed since it was read. */
  async function filled(key: PageKey, flight: Flight, made: Promise<Made>): Promise<CachedPage> {
    const { entry, outcome, isRedisAway } = await made
    // What Redis did not hold against later invalidations is kept only when there were none.
    const isUndoubted = isRedisAway && flight.doubtedSince === Infinity
    if (outcome !== 'not-stored' || isUndoubted) keep(flight, { entry, touchedUntil: undefined })
    if (outcome !== 'collapsed') meter.made(idOf(key), entry.etag)
    return { entry, outcome }
  }

  /** What memory may give at once; what is to be renewed is begun, and nobody waits for it. */
  function give(held: HeldPage): CachedPage | undefined {
    const now = Date.now()
    held.lastReadAt = now
    held.isRead = true
    const verdict = judge(held, now)
    if (verdict === 'give') return { entry: held.entry, outcome: 'memory' }
    const isTrusted = mayStandIn(held) && now - held.verifiedAt < trustedMs()
    if (verdict !== 'renew' && !isTrusted) return undefined
    const needsLoad = held.touchedUntil !== undefined || now >= held.entry.refreshAt
    if (now - held.renewedAt > RENEW_EVERY_MS && !(needsLoad && isGateBusy())) {
      held.renewedAt = now
      fly(held.key, held.load, held).catch(() => {})
    }
    const isRight = verdict === 'renew' && mayStandIn(held) && now < held.entry.softAt
    return { entry: held.entry, outcome: isRight ? 'memory' : 'stale' }
  }

  return {
    async read(key, load) {
      const held = memory.get(idOf(key))
      if (!held) return meter.count(key.kind, await fly(key, load, undefined))
      const given = give(held)
      if (given) return meter.count(key.kind, given)
      try {
        return meter.count(key.kind, await fly(key, load, held))
      } catch (error) {
        if (!isBetterThanAnError(held)) throw error
        return meter.count(key.kind, { entry: held.entry, outcome: 'stale' })
      }
    },
    peek(id) {
      const held = memory.get(id)
      const given = held && give(held)
      if (given?.outcome !== 'memory') return undefined
      return meter.count(held!.key.kind, given).entry
    },
    meter,
    get memory() {
      return { bytes: memory.bytes, maxBytes, pages: memory.count }
    },
  }
}

function fateOf({ page }: PageKey, pages: NamedPages): 'dropped' | 'touched' | undefined {
  if (pages === 'all' || pages.dropped.includes(page)) return 'dropped'
  return pages.touched.includes(page) ? 'touched' : undefined
}

/** Known to have lost its connection, and not yet trying another. */
const isLost = ({ status }: RedisLike) =>
  status === 'close' || status === 'reconnecting' || status === 'end'
