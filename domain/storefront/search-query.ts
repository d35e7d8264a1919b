import type { Position } from './cursor.ts'
import { facetRequest } from './facet-request.ts'
import { all, failingAtMostOne, selectionsOf } from './selections.ts'
import { textClauses, type TextClauses } from './text-query/clauses.ts'

export const SEARCH_SORTS = ['relevance', 'popular', 'price-asc', 'price-desc', 'new'] as const
export type SearchSort = (typeof SEARCH_SORTS)[number]

/** What a buyer asks for. Values of one facet widen the answer, facets narrow it. */
export type SearchQuestion = {
  q?: string | undefined
  /** Whose stock is shown, counted and filtered by. */
  city?: string | undefined
  inStock: boolean
  /** Needs a city, and the `sellers` that deliver to it. */
  deliverable: boolean
  sellers?: readonly string[] | undefined
  category?: string | undefined
  brands: readonly string[]
  priceFrom?: number | undefined
  priceTo?: number | undefined
  /** Chosen values by name of the attribute. */
  attributes: ReadonlyMap<string, readonly string[]>
  sort: SearchSort
  limit: number
  after?: Position | undefined
}

/** A shard that runs out of it answers in part; the caller takes that for no answer, since counts must be exact. */
const SHARD_TIMEOUT = '2500ms'

/**
 * The question as one Elasticsearch request: items, total and facets. What is chosen in facets filters the items after
 * the aggregations. Asks for one hit more than fits.
 */
export function searchRequest(
  question: SearchQuestion,
  text: TextClauses = textClauses(question.q),
) {
  const selections = selectionsOf(question)
  return {
    size: question.limit + 1,
    timeout: SHARD_TIMEOUT,
    track_total_hits: true,
    _source: { excludes: ['description', 'attributes', 'barcodes', 'cities'] },
    query: { bool: { ...text, filter: failingAtMostOne(selections) } },
    post_filter: all(selections.map(({ clause }) => clause)),
    sort: ORDERS[question.sort],
    ...(question.after && { search_after: [...question.after] }),
    aggs: facetRequest(question, selections),
  }
}

/** The id makes every order total, so that a page begins exactly where the last one ended. */
const ORDERS: Record<SearchSort, Record<string, 'asc' | 'desc'>[]> = {
  relevance: [{ _score: 'desc' }, { popularity: 'desc' }, { id: 'asc' }],
  popular: [{ popularity: 'desc' }, { id: 'asc' }],
  'price-asc': [{ priceMinor: 'asc' }, { id: 'asc' }],
  'price-desc': [{ priceMinor: 'desc' }, { id: 'asc' }],
  new: [{ createdAt: 'desc' }, { id: 'asc' }],
}
