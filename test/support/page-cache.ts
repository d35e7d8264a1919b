import { createPageCache, type PageCache } from '../../clients/cache/page-cache.ts'
import type { RedisLike } from '../../clients/cache/script.ts'

/** Every read asks Redis: what one process keeps in memory has tests of its own. */
export const cacheWithoutMemory = (redis: RedisLike): PageCache =>
  createPageCache({ redis, maxBytes: 1, staleOnErrorMs: () => 0 })
