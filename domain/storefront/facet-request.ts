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

/** The aggregations of each facet that the question has, by its name. */
export function facetsOf(question: SearchQuestion): Map<string, Aggregations> {
  const { brands, category, attributes, sellers } = question
  const parts: Record<string, Aggregations> = {
    brand: valuesOf('brand', FACET_SIZE, { chosen: brands }),
    category: valuesOf('category.path', CATEGORIES_SIZE, { chosen: category ? [category] : [] }),
    attributes: valuesOf('attributes', ATTRIBUTES_SIZE),
    price: {
      min: { min: { field: 'priceMinor' } },
      max: { max: { field: 'priceMinor' } },
      histogram: { range: { field: 'priceMinor', ranges: PRICE_RANGES } },
    },
    inStock: { yes: { filter: isInStock(question) } },
    ...(sellers && { deliverable: { yes: { filter: isDeliverable(sellers) } } }),
  }
  for (const [place, [name, values]] of [...attributes].entries())
    parts[attributeFacet(place)] = valuesOf('attributes', FACET_SIZE, {
      chosen: values.map((value) => attributePair(name, value)),
      include: `${literally(attributePair(name, ''))}.*`,
    })
  return new Map(
    Object.entries(parts).map(([facet, own]) => [
      facet,
      Object.fromEntries(
        Object.entries(own).map(([part, clause]) => [partOf(facet, part), clause]),
      ),
    ]),
  )
}

/** The most frequent values of a field, and what is chosen of it however seldom it is. */
const valuesOf = (
  field: string,
  size: number,
  { chosen = [], include }: { chosen?: readonly string[]; include?: string } = {},
): Aggregations => ({
  values: { terms: { field, size, ...(include && { include }) } },
  ...(chosen.length > 0 && {
    chosen: { terms: { field, size: chosen.length, include: [...chosen] } },
  }),
})

/** As a regular expression of Lucene. */
const literally = (text: string) => text.replace(/[.?+*|{}[\]()"\\#@&<>~^$-]/g, '\\$&')

const PRICE_RANGES = [undefined, ...PRICE_BOUNDS].map((from, i) => ({
  ...(from !== undefined && { from }),
  ...(PRICE_BOUNDS[i] !== undefined && { to: PRICE_BOUNDS[i] }),
}))
