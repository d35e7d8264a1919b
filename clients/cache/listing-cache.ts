import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { createCoolDown } from './cool-down.ts'
import { dropEveryListing } from './stored-pages.ts'
import { represent, type Encoding, type Representations } from './representations.ts'

/** The last resort, should an invalidation ever be missed. */
const TTL_MS = 5 * 60_000
/** Pages that one listing may keep, whatever cursors are asked for. */
const MAX_PAGES = 500

export type PageKey = { scope: string; page: string }

export type StoredPage = { etag: string; bytes: Uint8Array }

/** What a page is made of. `settled` is false when something on it may be about to change: it is not kept then. */
export type LoadedPage = { body: string; settled: boolean }

export type CacheOutcome = 'hit' | 'stored' | 'not-stored'

export type ListingCache = {
  /**
   * A page of a listing in the encoding that was asked for, from the cache or else from `load`.
   * Never fails because of the cache; throws what `load` throws.
   */
  read(
    key: PageKey,
    encoding: Encoding,
    load: () => Promise<LoadedPage>,
  ): Promise<StoredPage & { outcome: CacheOutcome }>
  /**
   * Drops every page of these listings; what is being filled at that moment is not stored afterwards either.
   * @throws when Redis does not confirm it: repeat
   */
  dropScopes(scopes: Iterable<string>): Promise<void>
  /** Drops every page of every listing. @throws like {@link ListingCache.dropScopes} */
  dropAll(): Promise<void>
}

/** Pages in Redis, a hash per listing. A cache that fails or is slow is left alone for a while. */
export function createListingCache(redis: Redis): ListingCache {
  const attempt = createCoolDown({ failures: 5, restMs: 1_000 })
  return {
    async read({ scope, page }, encoding, load) {
      const key = listingKey(scope)
      const found = await attempt(() => findPage(redis, key, page, encoding))
      if (found) return { ...found, outcome: 'hit' }

      const ticket = await attempt(() => openFill(redis, key))
      const { body, settled } = await load()
      const made = await represent(body)
      const stored =
        ticket && settled && (await attempt(() => storePage(redis, key, ticket, page, made)))
      return {
        etag: made.etag,
        bytes: made[encoding],
        outcome: stored ? 'stored' : 'not-stored',
      }
    },

    async dropScopes(scopes) {
      const pipeline = redis.pipeline()
      for (const scope of scopes) pipeline.unlink(listingKey(scope))
      const results = (await pipeline.exec()) ?? []
      for (const [error] of results) if (error) throw error
    },

    dropAll: () => dropEveryListing(redis),
  }
}

const listingKey = (scope: string) => `listing:${scope}`

async function findPage(
  redis: Redis,
  key: string,
  page: string,
  encoding: Encoding,
): Promise<StoredPage | undefined> {
  const [etag, bytes] = await redis.hmgetBuffer(key, `${page}|etag`, `${page}|${encoding}`)
  return etag && bytes ? { etag: etag.toString(), bytes } : undefined
}

/**
 * The fence: a fill takes the listing's ticket before it reads PostgreSQL, and is stored only while that very ticket
 * is still there. It lives in the hash that an invalidation deletes, so whoever began earlier comes too late; the same
 * holds when Redis evicts the hash or loses everything.
 */
const OPEN_FILL = `
redis.call('hsetnx', KEYS[1], 'ticket', ARGV[1])
redis.call('pexpire', KEYS[1], ARGV[2], 'NX')
return redis.call('hget', KEYS[1], 'ticket')`

const openFill = async (redis: Redis, key: string) =>
  String(await redis.eval(OPEN_FILL, 1, key, randomUUID(), TTL_MS))

const FIELDS_PER_PAGE = 4
const STORE_PAGE = `
if redis.call('hget', KEYS[1], 'ticket') ~= ARGV[1] then return 0 end
if redis.call('hlen', KEYS[1]) > tonumber(ARGV[2]) then return 0 end
redis.call('hset', KEYS[1], unpack(ARGV, 3))
return 1`

/** Says whether it was stored. */
async function storePage(
  redis: Redis,
  key: string,
  ticket: string,
  page: string,
  { etag, identity, gzip, br }: Representations,
): Promise<boolean> {
  const fields = { etag, identity, gzip, br } satisfies Record<'etag' | Encoding, unknown>
  const pairs = Object.entries(fields).flatMap(([name, value]) => [
    `${page}|${name}`,
    value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.length) : value,
  ])
  const limit = MAX_PAGES * FIELDS_PER_PAGE
  return (await redis.eval(STORE_PAGE, 1, key, ticket, limit, ...pairs)) === 1
}
