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

/** One `_msearch` body: suggestions of all kinds, then goods. A search costs more than what it finds, so they are few. */
export const suggestRequest = (
  question: SuggestQuestion,
  indices: { suggestions: string; goods: string },
): object[] => [
  // Before they are made for the first time there are none, which is no failure.
  { index: indices.suggestions, ignore_unavailable: true },
  suggestions(question),
  { index: indices.goods },
  goods(question),
]

const begunBy = (field: string, q: string): Clause => ({
  match: { [field]: { query: q, operator: 'and' } },
})

/** What is searched in the city comes first; categories and brands without goods there are of no use. */
function suggestions({ q, city }: SuggestQuestion) {
  const here = city === undefined ? [] : [{ term: { cities: city } }]
  const usefulHere = { bool: { should: [{ term: { kind: 'query' } }, ...here] } }
  return {
    size: 0,
    track_total_hits: false,
    query: {
      bool: {
        filter: [begunBy('text', q), ...(city === undefined ? [] : [usefulHere])],
        should: here.map((filter) => ({ constant_score: { filter } })),
      },
    },
    aggs: {
      kinds: {
        terms: { field: 'kind', size: SUGGESTION_KINDS.length },
        aggs: {
          best: {
            top_hits: {
              size: Math.max(...SUGGESTION_KINDS.map((kind) => MOST[kind])),
              sort: [...(city === undefined ? [] : ['_score']), { weight: 'desc' }],
            },
          },
        },
      },
    },
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

type Hits = { hits: { hits: { _source: unknown }[] } }

/** What is read of Elasticsearch's answer to `suggestRequest`. */
export type SuggestResponse = {
  responses: (Partial<Hits> & {
    status?: number
    error?: unknown
    aggregations?: { kinds?: { buckets: { key: string; best: Hits }[] } }
  })[]
}

export type SuggestAnswer = Record<Suggestion['kind'], Suggestion[]> & { goods: FoundDocument[] }

/** A kind that could not be read has none. */
export function suggestAnswer({ responses: [suggested, found] }: SuggestResponse): SuggestAnswer {
  const kinds = suggested?.aggregations?.kinds?.buckets ?? []
  const of = (kind: Suggestion['kind']) =>
    sources(kinds.find(({ key }) => key === kind)?.best).slice(0, MOST[kind]) as Suggestion[]
  return {
    ...{ query: of('query'), category: of('category'), brand: of('brand') },
    goods: sources(found) as FoundDocument[],
  }
}

const sources = (found: Partial<Hits> | undefined) =>
  found?.hits?.hits.map(({ _source }) => _source) ?? []
