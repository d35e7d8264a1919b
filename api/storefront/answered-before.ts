import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { LRUCache } from 'lru-cache'
import type { PageCache } from '../../clients/cache/page-cache.ts'
import { idOf, type PageKey } from '../../clients/cache/page-key.ts'
import { answerPage } from './answer-page.ts'

const MOST_ADDRESSES = 20_000
/** What an address names is looked up again after it: a shop may have closed. */
const REMEMBER_MS = 30_000

/** Addresses whose pages memory has are answered at once: an address that was right needs no second reading. */
export function answeredBefore(
  cache: Pick<PageCache, 'peek'>,
  /** Is told of every page that is answered so. */
  onAnswer: (key: PageKey) => void,
) {
  const known = new LRUCache<string, { id: string; key: PageKey }>({
    ...{ max: MOST_ADDRESSES, ttl: REMEMBER_MS },
  })
  return {
    answer: createMiddleware(async (c, next) => {
      const named = known.get(c.req.url)
      const entry = named && cache.peek(named.id)
      if (!entry) return next()
      onAnswer(named.key)
      return answerPage(c, { entry, outcome: 'memory' })
    }),
    note: (c: Context, key: PageKey) => void known.set(c.req.url, { id: idOf(key), key }),
  }
}
