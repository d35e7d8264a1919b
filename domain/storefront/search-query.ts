import type { Position } from './cursor.ts'
import { attributePair } from './document.ts'
import { matching, preferring } from './text-query/clauses.ts'
import type { Synonyms } from './text-query/synonyms.ts'

export const SEARCH_SORTS = ['relevance', 'popular', 'price-asc', 'price-desc', 'new'] as const
export type SearchSort = (typeof SEARCH_SORTS)[number]

/** What a buyer asks for. Values of one facet widen the answer, facets narrow it. */
export type SearchQuestion = {
  q?: string | undefined
  synonyms?: Synonyms
  /** Whose stock is shown, and with `inStock` what it is filtered by. */
  city?: string | undefined
  inStock: boolean
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

/** Values of a facet that are listed; what is chosen is listed always. */
const FACET_SIZE = 50
const ATTRIBUTES_SIZE = 300

/** Bounds of the price histogram in minor units: 1–2–5 steps from 50 to ten million roubles. */
export const PRICE_BOUNDS: readonly number[] = [
  50_00, 100_00, 200_00, 500_00, 1_000_00, 2_000_00, 5_000_00, 10_000_00, 20_000_00, 50_000_00,
  100_000_00, 200_000_00, 500_000_00, 1_000_000_00, 2_000_000_00, 5_000_000_00, 10_000_000_00,
]

type Clause = Record<string, unknown>
const all = (filter: readonly Clause[]): Clause => ({ bool: { filter } })

/**
 * The question as one Elasticsearch request: items, total and facets. What is chosen in facets filters the items after
 * the aggregations; each facet counts under what is chosen in the *others*. Asks for one hit more than fits.
 */
export function searchRequest(question: SearchQuestion) {
  const chosen = chosenOf(question)
  const under = (except?: string): Clause =>
    all(chosen.filter(({ facet }) => facet !== except).map(({ clause }) => clause))

  return {
    size: question.limit + 1,
    track_total_hits: true,
    _source: { excludes: ['description', 'attributes', 'barcodes', 'cities'] },
    query: {
      bool: {
        must: question.q ? [matching(question.q, question.synonyms)] : [],
        should: question.q ? preferring(question.q, question.synonyms) : [],
        filter: inStock(question),
      },
    },
    post_filter: under(),
    sort: orders[question.sort],
    ...(question.after && { search_after: [...question.after] }),
    aggs: {
      brand: { filter: under('brand'), aggs: values('brand', question.brands) },
      category: {
        filter: under('category'),
        aggs: values('category.path', question.category ? [question.category] : []),
      },
      price: {
        filter: under('price'),
        aggs: {
          min: { min: { field: 'priceMinor' } },
          max: { max: { field: 'priceMinor' } },
          histogram: { range: { field: 'priceMinor', ranges: priceRanges } },
        },
      },
      attributes: {
        filter: under(),
        aggs: { values: { terms: { field: 'attributes', size: ATTRIBUTES_SIZE } } },
      },
      ...chosenAttributes(question, under),
    },
  }
}

/** Names of aggregations may not hold every character, so chosen attributes are told apart by their place. */
export const attributeFacet = (place: number) => `attribute-${place}`

/** An attribute that something is chosen of counts under all but itself. */
const chosenAttributes = (question: SearchQuestion, under: (except: string) => Clause) =>
  Object.fromEntries(
    [...question.attributes].map(([name, chosen], place) => [
      attributeFacet(place),
      {
        filter: under(attributeFacet(place)),
        aggs: values(
          'attributes',
          chosen.map((value) => attributePair(name, value)),
          `${literally(attributePair(name, ''))}.*`,
        ),
      },
    ]),
  )

const values = (field: string, chosen: readonly string[], include?: string) => ({
  values: { terms: { field, size: FACET_SIZE, ...(include && { include }) } },
  ...(chosen.length > 0 && {
    chosen: { terms: { field, size: chosen.length, include: [...chosen] } },
  }),
})

/** As a regular expression of Lucene. */
const literally = (text: string) => text.replace(/[.?+*|{}[\]()"\\#@&<>~^$-]/g, '\\$&')

function chosenOf(question: SearchQuestion): { facet: string; clause: Clause }[] {
  const { brands, category, priceFrom, priceTo, attributes } = question
  const chosen = []
  if (brands.length > 0) chosen.push({ facet: 'brand', clause: { terms: { brand: brands } } })
  if (category) chosen.push({ facet: 'category', clause: { term: { 'category.path': category } } })
  if (priceFrom !== undefined || priceTo !== undefined)
    chosen.push({
      facet: 'price',
      clause: {
        range: {
          priceMinor: {
            ...(priceFrom !== undefined && { gte: priceFrom }),
            ...(priceTo !== undefined && { lte: priceTo }),
          },
        },
      },
    })
  for (const [place, [name, picked]] of [...attributes].entries())
    chosen.push({
      facet: attributeFacet(place),
      clause: { terms: { attributes: picked.map((value) => attributePair(name, value)) } },
    })
  return chosen
}

const inStock = ({ inStock, city }: SearchQuestion): Clause[] => {
  if (!inStock) return []
  return city ? [{ term: { cities: city } }] : [{ exists: { field: 'cities' } }]
}

/** The id makes every order total, so that a page begins exactly where the last one ended. */
const orders: Record<SearchSort, Record<string, 'asc' | 'desc'>[]> = {
  relevance: [{ _score: 'desc' }, { popularity: 'desc' }, { id: 'asc' }],
  popular: [{ popularity: 'desc' }, { id: 'asc' }],
  'price-asc': [{ priceMinor: 'asc' }, { id: 'asc' }],
  'price-desc': [{ priceMinor: 'desc' }, { id: 'asc' }],
  new: [{ createdAt: 'desc' }, { id: 'asc' }],
}

const priceRanges = [undefined, ...PRICE_BOUNDS].map((from, i) => ({
  ...(from !== undefined && { from }),
  ...(PRICE_BOUNDS[i] !== undefined && { to: PRICE_BOUNDS[i] }),
}))
