import type { Position } from './cursor.ts'
import { facetsOf } from './facet-request.ts'
import { isInStock, selectionsOf, type Clause } from './selections.ts'
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

/** Counts under all that is chosen, as the items are found. */
export const UNDER_ALL = 'all'
/** Counts nothing but the goods that have the words, whatever is chosen. */
export const BY_WORDS = 'words'
/** With so many that have them, all words are meant; they are not counted further. */
export const PLENTY = 10

/**
 * One search of several that go together, and whose counts it has: those of one facet, those {@link UNDER_ALL}, or those
 * {@link BY_WORDS}.
 */
export type Search = { counts: string; body: Clause }

/**
 * The question as the searches of one request. The first finds the items, one more than fits, the total, what is chosen,
 * and the facets in which nothing is; each of the others counts one facet in which something is, under what is chosen in
 * the *others*, so that it tells what choosing more of it would give. Where words are narrowed by something,
 * the first page asks how many goods have them, so that what they are taken for does not depend on what is chosen.
 * @param day what is new is as new as on this date, `2026-11-27`: one for all pages, or they would be of different orders
 */
export function searchRequest(
  question: SearchQuestion,
  day: string,
  text: TextClauses = textClauses(question.q),
): Search[] {
  const selections = selectionsOf(question)
  const facets = facetsOf(question)
  const isChosen = (name: string) => selections.some(({ facet }) => facet === name)
  const under = (except?: string) =>
    selections.filter(({ facet }) => facet !== except).map(({ clause }) => clause)

  const found = {
    size: question.limit + 1,
    timeout: SHARD_TIMEOUT,
    track_total_hits: true,
    _source: { excludes: ['description', 'attributes', 'barcodes', 'cities'] },
    query: ranked(question, day, { bool: { ...text, filter: under() } }),
    sort: ORDERS[question.sort],
    ...(question.after && { search_after: [...question.after] }),
    aggs: Object.assign(
      {},
      ...facets.map(({ name, others, chosen }) =>
        isChosen(name) ? chosen : { ...others, ...chosen },
      ),
    ),
  }
  const counted = facets
    .filter(({ name, others }) => isChosen(name) && Object.keys(others).length > 0)
    .map(({ name, others }) => ({
      counts: name,
      body: counting([...text.must, ...under(name)], others),
    }))
  const isNarrowed = question.q && selections.length > 0 && !question.after
  return [
    { counts: UNDER_ALL, body: found },
    ...counted,
    ...(isNarrowed ? [{ counts: BY_WORDS, body: havingWords(text) }] : []),
  ]
}

const havingWords = ({ must }: TextClauses): Clause => ({
  size: 0,
  timeout: SHARD_TIMEOUT,
  track_total_hits: PLENTY,
  query: { bool: { filter: must } },
})

const counting = (filter: readonly Clause[], aggs: Clause): Clause => ({
  size: 0,
  timeout: SHARD_TIMEOUT,
  track_total_hits: false,
  query: { bool: { filter } },
  aggs,
})

/**
 * By how well the words match, a good counts for more when it can be bought, in the city when there is one, when it is often
 * looked at, and while it is new. What has no words, or another order, is only found.
 */
const ranked = (question: SearchQuestion, day: string, query: Clause): Clause =>
  question.q && question.sort === 'relevance'
    ? {
        function_score: {
          query,
          functions: [
            { filter: { match_all: {} }, weight: 1 },
            { filter: isInStock(question), weight: IN_STOCK },
            { field_value_factor: { field: 'popularity', modifier: 'log1p' }, weight: POPULAR },
            { exp: { createdAt: { origin: day, ...HALF_AS_NEW } }, weight: FRESH },
          ],
          score_mode: 'sum',
          boost_mode: 'multiply',
        },
      }
    : query

/** Shares of the score: for being in stock, for ten times the popularity, for having come in on the day. */
const IN_STOCK = 0.3
const POPULAR = 0.02
const FRESH = 0.02
const HALF_AS_NEW = { scale: '30d', decay: 0.5 }

/** The id makes every order total, so that a page begins exactly where the last one ended. */
const ORDERS: Record<SearchSort, Record<string, 'asc' | 'desc'>[]> = {
  relevance: [{ _score: 'desc' }, { popularity: 'desc' }, { id: 'asc' }],
  popular: [{ popularity: 'desc' }, { id: 'asc' }],
  'price-asc': [{ priceMinor: 'asc' }, { id: 'asc' }],
  'price-desc': [{ priceMinor: 'desc' }, { id: 'asc' }],
  new: [{ createdAt: 'desc' }, { id: 'asc' }],
}
