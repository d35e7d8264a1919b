import { attributePair } from './document.ts'
import type { SearchQuestion } from './search-query.ts'
import { attributeFacet, isDeliverable, isInStock, type Clause } from './selections.ts'

/** Values of a facet that are listed; what is chosen is listed always. */
const FACET_SIZE = 50
const CATEGORIES_SIZE = 1_000
const ATTRIBUTES_SIZE = 300

/** Bounds of the price histogram in minor units: 1–2–5 steps from 50 to ten million roubles. */
export const PRICE_BOUNDS: readonly number[] = [
  50_00, 100_00, 200_00, 500_00, 1_000_00, 2_000_00, 5_000_00, 10_000_00, 20_000_00, 50_000_00,
  100_000_00, 200_000_00, 500_000_00, 1_000_000_00, 2_000_000_00, 5_000_000_00, 10_000_000_00,
]

/** A facet is made of parts, such as its values and those chosen of them: an aggregation each. */
export const partOf = (facet: string, part: string) => `${facet}:${part}`

type Aggregations = Record<string, Clause>

export type Facet = {
  name: string
  /** What else could be chosen: it counts under what is chosen in the other facets. */
  others: Aggregations
  /**
   * What is chosen, or the one value that can be. Goods that have it are within the facet's own selection anyway, so that
   * it counts the same under all selections, where the fewest goods are.
   */
  chosen: Aggregations
}

/** The facets that the question has. */
export function facetsOf(question: SearchQuestion): Facet[] {
  const { brands, category, attributes, sellers } = question
  return [
    valuesOf('brand', 'brand', { size: FACET_SIZE, chosen: brands }),
    valuesOf('category', 'category.path', {
      size: CATEGORIES_SIZE,
      chosen: category ? [category] : [],
    }),
    valuesOf('attributes', 'attributes', { size: ATTRIBUTES_SIZE }),
    ...[...attributes].map(([name, values], place) =>
      valuesOf(attributeFacet(place), 'attributes', {
        size: FACET_SIZE,
        chosen: values.map((value) => attributePair(name, value)),
        include: `${literally(attributePair(name, ''))}.*`,
      }),
    ),
    facet('price', {
      others: {
        min: { min: { field: 'priceMinor' } },
        max: { max: { field: 'priceMinor' } },
        histogram: { range: { field: 'priceMinor', ranges: PRICE_RANGES } },
      },
    }),
    facet('inStock', { chosen: { yes: { filter: isInStock(question) } } }),
    ...(sellers
      ? [facet('deliverable', { chosen: { yes: { filter: isDeliverable(sellers) } } })]
      : []),
  ]
}

/** The most frequent values of a field, and what is chosen of it however seldom it is. */
function valuesOf(
  name: string,
  field: string,
  { size, chosen = [], include }: { size: number; chosen?: readonly string[]; include?: string },
): Facet {
  return facet(name, {
    others: { values: { terms: { field, size, ...(include && { include }) } } },
    chosen:
      chosen.length === 0
        ? {}
        : { chosen: { terms: { field, size: chosen.length, include: [...chosen] } } },
  })
}

const facet = (
  name: string,
  { others = {}, chosen = {} }: { others?: Aggregations; chosen?: Aggregations },
): Facet => ({ name, others: named(name, others), chosen: named(name, chosen) })

const named = (facet: string, parts: Aggregations): Aggregations =>
  Object.fromEntries(Object.entries(parts).map(([part, clause]) => [partOf(facet, part), clause]))

/** As a regular expression of Lucene. */
const literally = (text: string) => text.replace(/[.?+*|{}[\]()"\\#@&<>~^$-]/g, '\\$&')

const PRICE_RANGES = [undefined, ...PRICE_BOUNDS].map((from, i) => ({
  ...(from !== undefined && { from }),
  ...(PRICE_BOUNDS[i] !== undefined && { to: PRICE_BOUNDS[i] }),
}))
