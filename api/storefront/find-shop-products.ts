import type { Client as Elasticsearch } from '@elastic/elasticsearch'
import {
  searchAnswer,
  type SearchAnswer,
  type SearchResponse,
} from '../../domain/storefront/search-answer.ts'
import {
  BY_WORDS,
  searchRequest,
  type SearchQuestion,
} from '../../domain/storefront/search-query.ts'
import type { TextClauses } from '../../domain/storefront/text-query/clauses.ts'
import { invalidCursor } from './bound-cursor.ts'
import { answeredBy, FailedSearch, orUnavailable } from './elasticsearch-away.ts'
import { isViewLost, VIEW_KEPT_FOR, type IndexViews } from './index-view.ts'
import { countDown } from './time-left.ts'

/** A search that takes longer has no reader left. */
export const SEARCH_TIMEOUT_MS = 3_000

export type Found = SearchAnswer & {
  /** Goods that have the words, whatever is chosen; of more than `PLENTY` that there are so many. */
  withWords: number
  /** The view that this page was read from, for the next one. */
  view: string
  /** In UTC, `2026-11-27`: what this page was ranked by, and the next one is. */
  day: string
}

type Manner = {
  view?: string | undefined
  day?: string | undefined
  text?: TextClauses
  timeoutMs?: number
}

const today = () => new Date().toISOString().slice(0, 10)

/**
 * A page of shop products with its facets. A page whose view is gone is read from the index as it is now: the position
 * still says where to go on.
 * @param view what an earlier page was read from
 * @param day what an earlier page was ranked by; the first one is by today
 * @param text another way to ask for the words of the question
 * @param timeoutMs what is left of the time for the whole search; what it takes to open a view is of it
 * @throws {Problem} 503 when Elasticsearch is away, overloaded, or has no index yet; 400 for a cursor that it refuses
 */
export async function findShopProducts(
  { search, views }: { search: Elasticsearch; views: IndexViews },
  question: SearchQuestion,
  { view, day = today(), text, timeoutMs = SEARCH_TIMEOUT_MS }: Manner = {},
): Promise<Found> {
  const timeLeft = countDown(timeoutMs)
  const searches = searchRequest(question, day, text)
  const ask = async (id: string): Promise<Found> => {
    const pit = { id, keep_alive: VIEW_KEPT_FOR }
    const { responses } = (await search.msearch(
      { searches: searches.flatMap(({ body }) => [{}, { ...body, pit }]) },
      { requestTimeout: timeLeft(), maxRetries: 1, retryBackoff: () => 0 },
    )) as unknown as { responses: Answered[] }
    const failed = responses.find(({ status }) => status !== 200)
    if (failed) throw new FailedSearch(failed.status, failed)
    if (responses.some(({ timed_out }) => timed_out)) throw new FailedSearch(504, 'timed out')
    const [{ hits, pit_id }] = responses as [Answered]
    const aggregations = Object.fromEntries(
      searches.map(({ counts }, place) => [counts, responses[place]!.aggregations]),
    )
    const byWords = responses[searches.findIndex(({ counts }) => counts === BY_WORDS)]
    return {
      ...searchAnswer(question, { hits, aggregations }),
      withWords: (byWords ?? responses[0]!).hits.total.value,
      view: pit_id ?? id,
      day,
    }
  }
  try {
    try {
      return await ask(view ?? (await views.current()))
    } catch (error) {
      if (!isViewLost(error)) throw error
      return await ask(await views.fresh())
    }
  } catch (error) {
    if (question.after && isRefused(error)) throw invalidCursor({ cause: error })
    throw orUnavailable(error)
  }
}

type Answered = {
  status: number
  timed_out: boolean
  pit_id?: string
  hits: SearchResponse['hits']
  aggregations: SearchResponse['aggregations'][string]
}

/** A made-up position or view is all in a request that Elasticsearch can find fault with. */
const isRefused = (error: unknown) => answeredBy(error)?.statusCode === 400
