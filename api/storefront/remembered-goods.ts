import type { Client as Elasticsearch } from '@elastic/elasticsearch'
import type { CacheOutcome } from '../../clients/cache/page-cache.ts'
import { CACHE_POLICIES, lifetimeOf } from '../../domain/storefront/cache-policies.ts'
import type { FoundDocument } from '../../domain/storefront/search-answer.ts'
import {
  bestOf,
  CANDIDATES,
  goodsRequest,
  narrowed,
  WIDE_CANDIDATES,
  type SuggestQuestion,
} from '../../domain/storefront/suggested-goods.ts'
import { createCandidateLists, questionKey, type CandidateList } from './candidate-lists.ts'
import { orUnavailable } from './elasticsearch-away.ts'

export type SuggestedGoods = {
  goods: FoundDocument[]
  outcome: Extract<CacheOutcome, 'memory' | 'stored' | 'stale'>
}

/** Whoever types has typed on. */
const SUGGEST_TIMEOUT_MS = 1_000

/** Questions of a process at a time for which nobody waits: those who do come first. */
const MOST_WIDE_AT_ONCE = 2

/**
 * Suggests goods out of those that were found not long ago for fewer letters of the same text, and asks Elasticsearch only
 * where that is not certain to be the same; once for all who ask at the same time. Then, and when what is remembered has
 * come to half of its life, more is asked for that nobody waits for. The `q` of a question is a `typedText`.
 * @throws {Problem} 503 when Elasticsearch is away, overloaded, or has no goods yet, and nothing is remembered
 */
export function rememberedGoods(
  search: Elasticsearch,
  index: string,
): (question: SuggestQuestion) => Promise<SuggestedGoods> {
  const lists = createCandidateLists()
  const asking = new Map<string, Promise<CandidateList>>()
  const askingWide = new Set<string>()

  const findServing = (question: SuggestQuestion, now: number) => {
    const list = lists.find(question)
    return list && now < list.hardAt ? list : undefined
  }

  /** Out of the longest beginning that suffices: of its city, or of all cities. */
  function remember(question: SuggestQuestion, now: number) {
    const { q, city } = question
    for (let length = q.length; length > 0; length--)
      for (const scope of new Set([city, undefined])) {
        const list = findServing({ q: q.slice(0, length), city: scope }, now)
        const goods = list && narrowed(list, question)
        if (goods) return { goods, list }
      }
    return undefined
  }

  async function ask(question: SuggestQuestion, size: number): Promise<CandidateList> {
    const askedAt = Date.now()
    const { hardAt } = lifetimeOf('suggestions', askedAt, Math.random())
    const { hits } = await search.search<FoundDocument>(
      { index, ...goodsRequest(question, size) },
      { requestTimeout: SUGGEST_TIMEOUT_MS, maxRetries: 1, retryBackoff: () => 0 },
    )
    const isWhole = hits.hits.length < size
    const isWide = isWhole || size === WIDE_CANDIDATES
    return lists.keep(
      { question, isWhole, isWide, renewAt: (askedAt + hardAt) / 2, hardAt },
      hits.hits.map(({ _source }) => _source!),
    )
  }

  function askOnce(question: SuggestQuestion): Promise<CandidateList> {
    const key = questionKey(question)
    const known = asking.get(key)
    if (known) return known
    const found = ask(question, CANDIDATES).finally(() => asking.delete(key))
    asking.set(key, found)
    found.then(
      () => widen(question),
      () => {},
    )
    return found
  }

  /** For the letters to come, in other cities too. */
  async function widen({ q, city }: SuggestQuestion): Promise<void> {
    const serving = (question: SuggestQuestion) => findServing(question, Date.now())
    for (const scope of new Set([undefined, city]))
      if (!serving({ q })?.isWhole && !serving({ q, city: scope })?.isWide)
        await askWide({ q, city: scope })
  }

  /** Where it fails, or others are being asked for, what is there serves as long as it may. */
  async function askWide(question: SuggestQuestion): Promise<void> {
    const key = questionKey(question)
    if (askingWide.size === MOST_WIDE_AT_ONCE || askingWide.has(key)) return
    askingWide.add(key)
    try {
      await ask(question, WIDE_CANDIDATES)
    } catch {
      // Nobody waits for it.
    } finally {
      askingWide.delete(key)
    }
  }

  return async (question) => {
    const now = Date.now()
    const known = remember(question, now)
    if (known) {
      if (now >= known.list.renewAt) void askWide(known.list.question)
      return { goods: known.goods, outcome: 'memory' }
    }
    try {
      const { candidates } = await askOnce(question)
      return { goods: bestOf(candidates), outcome: 'stored' }
    } catch (error) {
      const { staleOnErrorMs } = CACHE_POLICIES.suggestions
      const old = remember(question, Date.now() - staleOnErrorMs)
      if (old) return { goods: old.goods, outcome: 'stale' }
      throw orUnavailable(error)
    }
  }
}
