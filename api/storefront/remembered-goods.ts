import type { Client as Elasticsearch } from '@elastic/elasticsearch'
import { LRUCache } from 'lru-cache'
import type { CacheOutcome } from '../../clients/cache/page-cache.ts'
import { CACHE_POLICIES, lifetimeOf } from '../../domain/storefront/cache-policies.ts'
import type { FoundDocument } from '../../domain/storefront/search-answer.ts'
import {
  bestOf,
  goodsRequest,
  narrowed,
  type SuggestQuestion,
} from '../../domain/storefront/suggested-goods.ts'
import { orUnavailable } from './elasticsearch-away.ts'

export type SuggestedGoods = {
  goods: FoundDocument[]
  outcome: Extract<CacheOutcome, 'memory' | 'stored' | 'stale'>
}

/** Whoever types has typed on. */
const SUGGEST_TIMEOUT_MS = 1_000

/** Goods that one process remembers, in some twenty MB. */
const MOST_REMEMBERED = 20_000

type Found = { candidates: FoundDocument[]; hardAt: number }

/**
 * Suggests goods out of those that were found not long ago for fewer letters of the same text, and asks Elasticsearch only
 * where that is not certain to be the same; once for all who ask at the same time. The `q` of a question is a `typedText`.
 * @throws {Problem} 503 when Elasticsearch is away, overloaded, or has no goods yet, and nothing is remembered
 */
export function rememberedGoods(
  search: Elasticsearch,
  index: string,
): (question: SuggestQuestion) => Promise<SuggestedGoods> {
  const remembered = new LRUCache<string, Found>({
    maxSize: MOST_REMEMBERED,
    sizeCalculation: ({ candidates }) => 1 + candidates.length,
  })
  const asking = new Map<string, Promise<Found>>()
  const keyOf = ({ q, city }: SuggestQuestion) => `${city ?? ''} ${q}`

  /** The longest beginning has the most to say: where it does not suffice, no shorter one does. */
  function remember({ q, city }: SuggestQuestion, now: number): FoundDocument[] | undefined {
    for (let length = q.length; length > 0; length--) {
      const found = remembered.get(keyOf({ q: q.slice(0, length), city }))
      if (!found || now >= found.hardAt) continue
      return length === q.length ? bestOf(found.candidates) : narrowed(found.candidates, q)
    }
    return undefined
  }

  async function ask(question: SuggestQuestion): Promise<Found> {
    const { hardAt } = lifetimeOf('suggestions', Date.now(), Math.random())
    const { hits } = await search.search<FoundDocument>(
      { index, ...goodsRequest(question) },
      { requestTimeout: SUGGEST_TIMEOUT_MS, maxRetries: 1, retryBackoff: () => 0 },
    )
    const found = { candidates: hits.hits.map(({ _source }) => _source!), hardAt }
    remembered.set(keyOf(question), found)
    return found
  }

  function askOnce(question: SuggestQuestion): Promise<Found> {
    const key = keyOf(question)
    const known = asking.get(key)
    if (known) return known
    const found = ask(question).finally(() => asking.delete(key))
    asking.set(key, found)
    return found
  }

  return async (question) => {
    const known = remember(question, Date.now())
    if (known) return { goods: known, outcome: 'memory' }
    try {
      const { candidates } = await askOnce(question)
      return { goods: bestOf(candidates), outcome: 'stored' }
    } catch (error) {
      const { staleOnErrorMs } = CACHE_POLICIES.suggestions
      const old = remember(question, Date.now() - staleOnErrorMs)
      if (old) return { goods: old, outcome: 'stale' }
      throw orUnavailable(error)
    }
  }
}
