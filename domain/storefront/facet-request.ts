import { attributePair } from './document.ts'
import type { SearchQuestion } from './search-query.ts'
import {
  all,
  attributeFacet,
  isDeliverable,
  isInStock,
  type Clause,
  type Selection,
} from './selections.ts'

/** Values of a facet that are listed; what is chosen is listed always. */
const FACET_SIZE = 50
const CATEGORIES_SIZE = 1_000
const ATTRIBUTES_SIZE = 300

/** Bounds of the price histogram in minor units: 1–2–5 steps from 50 to ten million roubles. */
export const PRICE_BOUNDS: readonly number[] = [
  50_00, 100_00, 200_00, 500_00, 1_000_00, 2_000_00, 5_000_00, 10_000_00, 20_000_00, 50_000_00,
  100_000_00, 200_000_00, 500_000_00, 1_000_000_00, 2_000_000_00, 5_000_000_00, 10_000_000_00,
]

/** The aggregation that holds every facet in which nothing is chosen: all of them count under the same selections. */
export const UNCHOSEN = 'unchosen'

/** A facet is made of parts, such as its values and those chosen of them. */
export const partOf = (facet: string, part: string) => `${facet}:${part}`

type Parts = Record<string, Clause>

/** Each facet counts under what is chosen in the *others*, so that it tells what choosing more of it would give. */
export function facetRequest(question: SearchQuestion, selections: readonly Selection[]) {
  const facets = Object.entries(facetsOf(question))
  const under = (group: typeof facets, except?: string) => ({
    filter: all(selections.filter(({ facet }) => facet !== except).map(({ clause }) => clause)),
    aggs: Object.fromEntries(
      group.flatMap(([facet, parts]) =>
        Object.entries(parts).map(([part, clause]) => [partOf(facet, part), clause]),
      ),
    ),
  })
  const isChosen = (name: string) => selections.some(({ facet }) => facet === name)
  return {
    [UNCHOSEN]: under(facets.filter(([name]) => !isChosen(name))),
    ...Object.fromEntries(
      facets
        .filter(([name]) => isChosen(name))
        .map((facet) => [facet[0], under([facet], facet[0])]),
    ),
  }
}

function facetsOf(question: SearchQuestion): Record<string, Parts> {
  const { brands, category, attributes, sellers } = question
  const ofChosenAttributes = [...attributes].map(([name, values], place) => [
    attributeFacet(place),
    valuesOf('attributes', FACET_SIZE, {
      chosen: values.map((value) => attributePair(name, value)),
      include: `${literally(attributePair(name, ''))}.*`,
    }),
  ])
  return {
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
    ...Object.fromEntries(ofChosenAttributes),
  }
}

/** The most frequent values of a field, and what is chosen of it however seldom it is. */
const valuesOf = (
  field: string,
  size: number,
  { chosen = [], include }: { chosen?: readonly string[]; include?: string } = {},
): Parts => ({
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
