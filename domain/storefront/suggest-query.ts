import type { FoundDocument } from './search-answer.ts'
import type { Clause } from './selections.ts'
import type { Suggestion } from './suggest-index.ts'

export type SuggestQuestion = {
  /** What has been typed so far; every word may be unfinished. */
  q: string
  city?: string | undefined
}

export const SUGGESTION_KINDS = ['query', 'category', 'brand'] as const

const MOST = { query: 8, category: 5, brand: 5, good: 6 }

/** One `_msearch` body: the kinds of suggestions in their order, then goods. */
export const suggestRequest = (
  question: SuggestQuestion,
  indices: { suggestions: string; goods: string },
): object[] => [
  ...SUGGESTION_KINDS.flatMap((kind) => [
    // Before they are made for the first time there are none, which is no failure.
    { index: indices.suggestions, ignore_unavailable: true },
    suggestionsOf(kind, question),
  ]),
  { index: indices.goods },
  goods(question),
]

const begunBy = (field: string, q: string): Clause => ({
  match: { [field]: { query: q, operator: 'and' } },
})

/** What is searched in the city comes first; categories and brands without goods there are of no use. */
function suggestionsOf(kind: Suggestion['kind'], { q, city }: SuggestQuestion) {
  const here = city === undefined ? [] : [{ term: { cities: city } }]
  return {
    size: MOST[kind],
    track_total_hits: false,
    query: {
      bool: {
        filter: [{ term: { kind } }, begunBy('text', q), ...(kind === 'query' ? [] : here)],
        ...(kind === 'query' && { should: here.map((filter) => ({ constant_score: { filter } })) }),
      },
    },
    sort: [...(kind === 'query' && city ? ['_score'] : []), { weight: 'desc' }],
  }
}

function goods({ q, city }: SuggestQuestion) {
  return {
    size: MOST.good,
    track_total_hits: false,
    _source: { excludes: ['description', 'attributes', 'barcodes', 'cities'] },
    query: {
      bool: {
        filter: [
          begunBy('name.begun', q),
          ...(city === undefined ? [] : [{ term: { cities: city } }]),
        ],
      },
    },
    sort: [{ popularity: 'desc' }, { id: 'asc' }],
  }
}

/** What is read of Elasticsearch's answer to `suggestRequest`. */
export type SuggestResponse = {
  responses: { status?: number; error?: unknown; hits?: { hits: { _source: unknown }[] } }[]
}

export type SuggestAnswer = Record<Suggestion['kind'], Suggestion[]> & { goods: FoundDocument[] }

/** A kind that could not be read has none. */
export function suggestAnswer({ responses }: SuggestResponse): SuggestAnswer {
  const [query, category, brand, goods] = responses.map(
    ({ hits }) => hits?.hits.map(({ _source }) => _source) ?? [],
  )
  return { query, category, brand, goods } as SuggestAnswer
}
