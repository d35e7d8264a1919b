import { attributePair } from './document.ts'
import type { SearchQuestion } from './search-query.ts'

export type Clause = Record<string, unknown>

/** What is chosen in one facet, as a filter of the index. */
export type Selection = { facet: string; clause: Clause }

/** Names of aggregations may not hold every character, so chosen attributes are told apart by their place. */
export const attributeFacet = (place: number) => `attribute-${place}`

/** A warehouse that serves the city has units; without a city, any warehouse. */
export const isInStock = ({ city }: Pick<SearchQuestion, 'city'>): Clause =>
  city === undefined ? { exists: { field: 'cities' } } : { term: { cities: city } }

/** A clause with more is refused by Elasticsearch: the default of `index.max_terms_count`. */
export const MOST_IN_A_CLAUSE = 65_536

/** Deliverability is the seller's, not the good's. */
export function isDeliverable(sellers: readonly string[]): Clause {
  const among = (some: readonly string[]): Clause => ({ terms: { sellerId: some } })
  if (sellers.length <= MOST_IN_A_CLAUSE) return among(sellers)
  const lists = Math.ceil(sellers.length / MOST_IN_A_CLAUSE)
  return {
    bool: {
      should: Array.from({ length: lists }, (_, n) =>
        among(sellers.slice(n * MOST_IN_A_CLAUSE, (n + 1) * MOST_IN_A_CLAUSE)),
      ),
    },
  }
}

/** Nothing is chosen besides the words and the city, and the order is the usual one. */
export const isOfWordsAlone = (question: SearchQuestion): boolean =>
  question.sort === 'relevance' && selectionsOf(question).length === 0

export function selectionsOf(question: SearchQuestion): Selection[] {
  const { brands, category, priceFrom, priceTo, attributes } = question
  const chosen: Selection[] = []
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
  if (question.inStock) chosen.push({ facet: 'inStock', clause: isInStock(question) })
  if (question.deliverable)
    chosen.push({ facet: 'deliverable', clause: isDeliverable(question.sellers ?? []) })
  for (const [place, [name, picked]] of [...attributes].entries())
    chosen.push({
      facet: attributeFacet(place),
      clause: { terms: { attributes: picked.map((value) => attributePair(name, value)) } },
    })
  return chosen
}
