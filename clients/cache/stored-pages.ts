import { eachNode } from './nodes.ts'
import { scopeOfHash, type PageKey } from './page-key.ts'
import type { RedisLike } from './script.ts'
import { findMark } from './shared-pages.ts'

/** A page as it lies in Redis, by its name and the tag of its content. */
export type StoredTag = PageKey & { etag: string }

const KEYS_PER_STEP = 1_000
/** A sample need not see more keys than these. */
const MOST_KEYS = 100_000
const PAGES_PER_SCOPE = 5

/** Up to so many pages of a kind, of scopes that chance picks and a few of each. */
export async function samplePages(
  redis: RedisLike,
  kind: string,
  limit: number,
): Promise<StoredTag[]> {
  const pages: StoredTag[] = []
  for (const hash of shuffled(await hashesOf(redis, kind))) {
    if (pages.length >= limit) break
    const scope = scopeOfHash(hash)
    const index = await redis.hget(hash, 'index')
    if (!scope || !index) continue
    const names = shuffled(Object.keys(JSON.parse(index) as object)).slice(0, PAGES_PER_SCOPE)
    pages.push(
      ...(await findTags(
        redis,
        names.map((page) => ({ ...scope, page })),
      )),
    )
  }
  return pages.slice(0, limit)
}

/** The tags that these pages have now; those that are gone, or are to be made anew, are left out. */
export const rereadPages = (redis: RedisLike, pages: readonly PageKey[]): Promise<StoredTag[]> =>
  findTags(redis, pages)

async function findTags(redis: RedisLike, pages: readonly PageKey[]): Promise<StoredTag[]> {
  const tags = await Promise.all(pages.map((page) => findMark(redis, page)))
  return pages.flatMap(({ kind, scope, page }, at) => {
    const etag = tags[at]
    return etag ? [{ kind, scope, page, etag }] : []
  })
}

async function hashesOf(redis: RedisLike, kind: string): Promise<string[]> {
  const hashes = new Set<string>()
  await eachNode(redis, async (node) => {
    for await (const keys of node.scanStream({ match: `${kind}:{*`, count: KEYS_PER_STEP })) {
      for (const key of keys as string[]) hashes.add(key)
      if (hashes.size >= MOST_KEYS) return
    }
  })
  return [...hashes]
}

function shuffled<T>(items: readonly T[]): T[] {
  const mixed = [...items]
  for (let at = mixed.length - 1; at > 0; at--) {
    const other = Math.floor(Math.random() * (at + 1))
    ;[mixed[at], mixed[other]] = [mixed[other]!, mixed[at]!]
  }
  return mixed
}
