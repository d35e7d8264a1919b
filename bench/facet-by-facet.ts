import type { Client } from '@elastic/elasticsearch'
import { attributePair } from '../domain/storefront/document.ts'
import { PRICE_BOUNDS } from '../domain/storefront/facet-request.ts'
import { shopProductsIndex } from '../domain/storefront/search-index.ts'
import type { SearchQuestion } from '../domain/storefront/search-query.ts'
import { matching, preferring } from '../domain/storefront/text-query/clauses.ts'

type Clause = Record<string, unknown>
type Bucket = { key: string; from?: number; doc_count: number }
type Counted = { buckets?: Bucket[]; doc_count?: number; min?: number | null; max?: number | null }

export const COLOUR = 'Цвет'

/**
 * The peer: a request for the goods and one for each of six facets (category, brand, price, in stock, colour, all other
 * attributes), which counts under what is chosen in the others. Gives what can be compared: counts by value of each facet.
 */
export async function searchFacetByFacet(
  client: Client,
  question: SearchQuestion,
  inTurn: boolean,
) {
  const { category, brands, priceFrom, priceTo, city } = question
  const chosen: Record<string, Clause> = {
    ...(category && { category: { term: { 'category.path': category } } }),
    ...(brands.length > 0 && { brand: { terms: { brand: brands } } }),
    ...(priceFrom !== undefined && {
      price: { range: { priceMinor: { gte: priceFrom, lte: priceTo } } },
    }),
    ...(question.inStock && { inStock: { term: { cities: city } } }),
    ...Object.fromEntries(
      [...question.attributes].map(([name, values]) => [
        name,
        { terms: { attributes: values.map((value) => attributePair(name, value)) } },
      ]),
    ),
  }
  const under = (except?: string) => ({
    bool: {
      must: question.q ? [matching(question.q)] : [],
      should: question.q ? preferring(question.q) : [],
      filter: Object.entries(chosen).flatMap(([name, clause]) => (name === except ? [] : [clause])),
    },
  })
  const facets: Record<string, Record<string, Clause>> = {
    category: { values: { terms: { field: 'category.path', size: 1_000 } } },
    brand: { values: { terms: { field: 'brand', size: 50 } } },
    price: {
      bounds: { stats: { field: 'priceMinor' } },
      histogram: { range: { field: 'priceMinor', ranges: RANGES } },
    },
    [COLOUR]: {
      values: {
        terms: { field: 'attributes', size: 50, include: `${attributePair(COLOUR, '')}.*` },
      },
    },
    attributes: { values: { terms: { field: 'attributes', size: 300 } } },
    inStock: { yes: { filter: { term: { cities: city } } } },
  }
  const index = shopProductsIndex.alias
  const requests = [
    {
      index,
      query: under(),
      size: question.limit,
      track_total_hits: true,
      sort: [{ popularity: 'desc' as const }, { id: 'asc' as const }],
      _source: { excludes: ['description', 'attributes', 'barcodes', 'cities'] },
    },
    ...Object.entries(facets).map(([name, aggs]) => ({
      index,
      query: under(name),
      size: 0,
      track_total_hits: false,
      aggs,
    })),
  ]
  const answers = []
  if (inTurn) for (const request of requests) answers.push(await client.search(request))
  else answers.push(...(await Promise.all(requests.map((request) => client.search(request)))))
  const [goods, ...counted] = answers
  const ofFacet = (name: string) =>
    counted[Object.keys(facets).indexOf(name)]!.aggregations as Record<string, Counted>
  const countsOf = (name: string, part = 'values') =>
    ofFacet(name)[part]!.buckets!.filter(({ doc_count }) => doc_count > 0)
  const byValue = (name: string) =>
    new Map(countsOf(name).map(({ key, doc_count }) => [key, doc_count]))
  const isColour = ([pair]: [string, number]) => pair.startsWith(attributePair(COLOUR, ''))
  const others = [...byValue('attributes')].filter((counted) => !isColour(counted))
  const { min, max } = ofFacet('price')['bounds']!
  return {
    total: (goods!.hits.total as { value: number }).value,
    brand: byValue('brand'),
    category: byValue('category'),
    attributes: new Map([...others, ...byValue(COLOUR)]),
    inStock: ofFacet('inStock')['yes']!.doc_count!,
    prices: { min, max },
    histogram: new Map(
      countsOf('price', 'histogram').map(({ from, doc_count }) => [from ?? null, doc_count]),
    ),
  }
}

const RANGES = [undefined, ...PRICE_BOUNDS].map((from, n) => ({
  ...(from !== undefined && { from }),
  ...(PRICE_BOUNDS[n] !== undefined && { to: PRICE_BOUNDS[n] }),
}))
