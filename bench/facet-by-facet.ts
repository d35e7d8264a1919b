import type { Client } from '@elastic/elasticsearch'
import { attributePair } from '../domain/storefront/document.ts'
import { PRICE_BOUNDS } from '../domain/storefront/facet-request.ts'
import { shopProductsIndex } from '../domain/storefront/search-index.ts'
import type { SearchQuestion } from '../domain/storefront/search-query.ts'
import { matching, preferring } from '../domain/storefront/text-query/clauses.ts'

type Clause = Record<string, unknown>

/**
 * The peer: a request for the goods and one for each of six facets, which counts under what is chosen in the others.
 * Gives the total.
 */
export async function searchFacetByFacet(
  client: Client,
  question: SearchQuestion,
  inTurn: boolean,
): Promise<number> {
  const chosen: Record<string, Clause> = {
    category: { term: { 'category.path': question.category } },
    brand: { terms: { brand: question.brands } },
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
  const ofAttribute = (name: string) => ({
    terms: { field: 'attributes', size: 50, include: `${attributePair(name, '')}.*` },
  })
  const facets: Record<string, Record<string, Clause>> = {
    category: { values: { terms: { field: 'category.path', size: 1_000 } } },
    brand: { values: { terms: { field: 'brand', size: 50 } } },
    price: {
      bounds: { stats: { field: 'priceMinor' } },
      histogram: { range: { field: 'priceMinor', ranges: RANGES } },
    },
    Цвет: { values: ofAttribute('Цвет') },
    Материал: { values: ofAttribute('Материал') },
    inStock: { yes: { filter: { term: { cities: question.city } } } },
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
  const totals: unknown[] = []
  const send = async (request: (typeof requests)[number]) =>
    totals.push((await client.search(request)).hits.total)
  if (inTurn) for (const request of requests) await send(request)
  else await Promise.all(requests.map(send))
  return (totals.find((total) => total !== undefined) as { value: number }).value
}

const RANGES = [undefined, ...PRICE_BOUNDS].map((from, n) => ({
  ...(from !== undefined && { from }),
  ...(PRICE_BOUNDS[n] !== undefined && { to: PRICE_BOUNDS[n] }),
}))
