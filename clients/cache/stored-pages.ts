import type { Redis } from 'ioredis'

/** A page of a listing as it lies in Redis, by its name and the tag of its content. */
export type StoredTag = { scope: string; page: string; etag: string }

const PREFIX = 'listing:'
const TAG = '|etag'
const KEYS_PER_STEP = 1_000
/** A sample need not see more keys than these. */
const MOST_KEYS = 100_000
const PAGES_PER_LISTING = 5

/** Up to so many pages, of listings that chance picks and a few of each. */
export async function samplePages(redis: Redis, limit: number): Promise<StoredTag[]> {
  const pages: StoredTag[] = []
  for (const key of shuffled(await listingKeys(redis))) {
    if (pages.length >= limit) break
    const fields = (await redis.hkeys(key)).filter((field) => field.endsWith(TAG))
    const names = shuffled(fields.map((field) => field.slice(0, -TAG.length)))
    const scope = key.slice(PREFIX.length)
    pages.push(...(await findTags(redis, names.slice(0, PAGES_PER_LISTING), scope)))
  }
  return pages.slice(0, limit)
}

/** The tags that these pages have now; those that are gone are left out. */
export async function rereadPages(redis: Redis, pages: readonly StoredTag[]): Promise<StoredTag[]> {
  const found = await Promise.all(pages.map(({ page, scope }) => findTags(redis, [page], scope)))
  return found.flat()
}

/** Drops every listing; what is being filled at that moment is not stored afterwards either. */
export async function dropEveryListing(redis: Redis): Promise<void> {
  for await (const keys of scanListings(redis)) if (keys.length > 0) await redis.unlink(...keys)
}

async function findTags(redis: Redis, pages: string[], scope: string): Promise<StoredTag[]> {
  if (pages.length === 0) return []
  const tags = await redis.hmget(`${PREFIX}${scope}`, ...pages.map((page) => `${page}${TAG}`))
  return pages.flatMap((page, at) => {
    const etag = tags[at]
    return etag ? [{ scope, page, etag }] : []
  })
}

async function listingKeys(redis: Redis): Promise<string[]> {
  const keys: string[] = []
  for await (const step of scanListings(redis)) {
    keys.push(...step)
    if (keys.length >= MOST_KEYS) break
  }
  return keys
}

async function* scanListings(redis: Redis): AsyncGenerator<string[]> {
  let cursor = '0'
  do {
    const [next, keys] = await redis.scan(cursor, 'MATCH', `${PREFIX}*`, 'COUNT', KEYS_PER_STEP)
    yield keys
    cursor = next
  } while (cursor !== '0')
}

function shuffled<T>(items: readonly T[]): T[] {
  const mixed = [...items]
  for (let at = mixed.length - 1; at > 0; at--) {
    const other = Math.floor(Math.random() * (at + 1))
    ;[mixed[at], mixed[other]] = [mixed[other]!, mixed[at]!]
  }
  return mixed
}
