import type { Position } from './cursor.ts'
import { splitAttributePair, type ShopProductDocument } from './document.ts'
import { partOf } from './facet-request.ts'
import { UNDER_ALL, type SearchQuestion } from './search-query.ts'
import { attributeFacet } from './selections.ts'

export type FacetValue = { value: string; count: number; selected: boolean }

export type Facets = {
  brand: FacetValue[]
  /** Values are ids; a category counts what is in it and below it. */
  category: FacetValue[]
  /** Attributes with the most goods first, the values of one attribute together. */
  attributes: ({ name: string } & FacetValue)[]
  /** In minor units; the histogram leaves out the empty ends. `to` is not part of its range. */
  price: {
    min: number | null
    max: number | null
    histogram: { from: number | null; to: number | null; count: number }[]
  }
  /** The one value `true`: in stock, in the city when there is one. */
  inStock: FacetValue[]
  /** The one value `true`; empty without a city. */
  deliverable: FacetValue[]
  /** Whether there are values that are not listed, having fewer goods than those that are. */
  more: { brand: boolean; category: boolean; attributes: boolean }
}

/** What of a document comes back with a hit. */
export type FoundDocument = Omit<
  ShopProductDocument,
  'description' | 'attributes' | 'barcodes' | 'cities'
>

export type SearchAnswer = {
  items: FoundDocument[]
  /** Where the page ended, when there is another. */
  next: Position | undefined
  total: number
  facets: Facets
}

type Bucket = { key: string; doc_count: number }
type RangeBucket = { from?: number; to?: number; doc_count: number }
type Part = {
  doc_count?: number
  value?: number | null
  buckets?: (Bucket | RangeBucket)[]
  /** Goods of the values that are not among the buckets, once for each value. */
  sum_other_doc_count?: number
}
type Group = Record<string, Part | number>

/** What is read of Elasticsearch's answers to `searchRequest`: the hits of the first, the aggregations of each by what they count. */
export type SearchResponse = {
  hits: {
    total: { value: number }
    hits: { _source: FoundDocument; sort: (string | number)[] }[]
  }
  aggregations: Record<string, Group>
}

export function searchAnswer(question: SearchQuestion, { hits, aggregations }: SearchResponse) {
  const found = hits.hits.slice(0, question.limit)
  const read: ReadPart = (facet, part) =>
    (aggregations[facet]?.[partOf(facet, part)] ??
      aggregations[UNDER_ALL]?.[partOf(facet, part)] ??
      {}) as Part
  return {
    items: found.map(({ _source }) => _source),
    next: hits.hits.length > question.limit ? found.at(-1)?.sort : undefined,
    total: hits.total.value,
    facets: {
      brand: valuesOf(read, 'brand', question.brands),
      category: valuesOf(read, 'category', question.category ? [question.category] : []),
      attributes: attributes(read, question),
      price: price(read),
      inStock: yes(read, 'inStock', question.inStock),
      deliverable: question.sellers ? yes(read, 'deliverable', question.deliverable) : [],
      more: {
        brand: hasMore(read, 'brand'),
        category: hasMore(read, 'category'),
        attributes: hasMoreAttributes(read, question),
      },
    },
  } satisfies SearchAnswer
}

type ReadPart = (facet: string, part: string) => Part

const bucketsOf = (read: ReadPart, facet: string, part: string) =>
  (read(facet, part).buckets ?? []) as Bucket[]

/** The most frequent values; what is chosen is among them whatever it counts. */
function valuesOf(
  read: ReadPart,
  facet: string,
  chosen: readonly string[],
  valueOf = (key: string) => key,
): FacetValue[] {
  const counts = new Map<string, number>()
  for (const value of chosen) counts.set(value, 0)
  for (const part of ['chosen', 'values'])
    for (const { key, doc_count } of bucketsOf(read, facet, part))
      counts.set(valueOf(key), doc_count)
  return [...counts]
    .map(([value, count]) => ({ value, count, selected: chosen.includes(value) }))
    .sort((a, b) => b.count - a.count)
}

/** Chosen values are listed by themselves, so that they are nothing more, wherever they are chosen. */
function hasMore(read: ReadPart, facet: string, chosenIn: readonly string[] = [facet]): boolean {
  const listed = new Set(bucketsOf(read, facet, 'values').map(({ key }) => key))
  const others = chosenIn
    .flatMap((name) => bucketsOf(read, name, 'chosen'))
    .filter(({ key }) => !listed.has(key))
    .reduce((sum, { doc_count }) => sum + doc_count, 0)
  return (read(facet, 'values').sum_other_doc_count ?? 0) > others
}

function hasMoreAttributes(read: ReadPart, { attributes }: SearchQuestion): boolean {
  const chosen = [...attributes.keys()].map((_, place) => attributeFacet(place))
  return hasMore(read, 'attributes', chosen) || chosen.some((facet) => hasMore(read, facet))
}

function attributes(read: ReadPart, question: SearchQuestion): Facets['attributes'] {
  const byName = new Map<string, FacetValue[]>()
  for (const [place, [name, chosen]] of [...question.attributes].entries())
    byName.set(
      name,
      valuesOf(read, attributeFacet(place), chosen, (pair) => splitAttributePair(pair).value),
    )
  for (const { key, doc_count } of bucketsOf(read, 'attributes', 'values')) {
    const { name, value } = splitAttributePair(key)
    if (question.attributes.has(name)) continue
    const values = byName.get(name) ?? []
    values.push({ value, count: doc_count, selected: false })
    byName.set(name, values)
  }
  const goods = (values: FacetValue[]) => values.reduce((sum, { count }) => sum + count, 0)
  return [...byName]
    .sort(([, a], [, b]) => goods(b) - goods(a))
    .flatMap(([name, values]) => values.map((value) => ({ name, ...value })))
}

function price(read: ReadPart): Facets['price'] {
  const buckets = (read('price', 'histogram').buckets ?? []) as RangeBucket[]
  const first = buckets.findIndex(({ doc_count }) => doc_count > 0)
  const last = buckets.findLastIndex(({ doc_count }) => doc_count > 0)
  return {
    min: read('price', 'min').value ?? null,
    max: read('price', 'max').value ?? null,
    histogram: (first < 0 ? [] : buckets.slice(first, last + 1)).map(
      ({ from = null, to = null, doc_count }) => ({ from, to, count: doc_count }),
    ),
  }
}

const yes = (read: ReadPart, facet: string, selected: boolean): FacetValue[] => [
  { value: 'true', count: read(facet, 'yes').doc_count ?? 0, selected },
]
