import type { Position } from './cursor.ts'
import { splitAttributePair, type ShopProductDocument } from './document.ts'
import { attributeFacet, type SearchQuestion } from './search-query.ts'

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

/** What is read of Elasticsearch's answer to `searchRequest`. */
export type SearchResponse = {
  hits: {
    total: { value: number }
    hits: { _source: FoundDocument; sort: (string | number)[] }[]
  }
  aggregations: Record<string, Aggregation>
}
type Aggregation = {
  values?: { buckets: Bucket[] }
  chosen?: { buckets: Bucket[] }
  min?: { value: number | null }
  max?: { value: number | null }
  histogram?: { buckets: RangeBucket[] }
}

export function searchAnswer(question: SearchQuestion, { hits, aggregations }: SearchResponse) {
  const found = hits.hits.slice(0, question.limit)
  return {
    items: found.map(({ _source }) => _source),
    next: hits.hits.length > question.limit ? found.at(-1)?.sort : undefined,
    total: hits.total.value,
    facets: {
      brand: facet(aggregations.brand, question.brands),
      category: facet(aggregations.category, question.category ? [question.category] : []),
      attributes: attributes(question, aggregations),
      price: price(aggregations.price),
    },
  } satisfies SearchAnswer
}

/** The most frequent values; what is chosen is among them whatever it counts. */
function facet(aggregation: Aggregation | undefined, chosen: readonly string[]): FacetValue[] {
  const counts = new Map<string, number>()
  for (const value of chosen) counts.set(value, 0)
  for (const { key, doc_count } of aggregation?.chosen?.buckets ?? []) counts.set(key, doc_count)
  for (const { key, doc_count } of aggregation?.values?.buckets ?? []) counts.set(key, doc_count)
  return [...counts]
    .map(([value, count]) => ({ value, count, selected: chosen.includes(value) }))
    .sort((a, b) => b.count - a.count)
}

function attributes(
  question: SearchQuestion,
  aggregations: SearchResponse['aggregations'],
): Facets['attributes'] {
  const byName = new Map<string, FacetValue[]>()
  for (const [place, [name, chosen]] of [...question.attributes].entries())
    byName.set(name, facet(ofOneName(aggregations[attributeFacet(place)]), chosen))
  for (const { key, doc_count } of aggregations.attributes?.values?.buckets ?? []) {
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

/** The same counts, by the value alone. */
const ofOneName = ({ values, chosen }: Aggregation = {}): Aggregation => ({
  values: { buckets: values?.buckets.map(byValue) ?? [] },
  chosen: { buckets: chosen?.buckets.map(byValue) ?? [] },
})
const byValue = ({ key, ...bucket }: Bucket) => ({ ...bucket, key: splitAttributePair(key).value })

function price(aggregation: Aggregation | undefined): Facets['price'] {
  const buckets = aggregation?.histogram?.buckets ?? []
  const first = buckets.findIndex(({ doc_count }) => doc_count > 0)
  const last = buckets.findLastIndex(({ doc_count }) => doc_count > 0)
  return {
    min: aggregation?.min?.value ?? null,
    max: aggregation?.max?.value ?? null,
    histogram: (first < 0 ? [] : buckets.slice(first, last + 1)).map(
      ({ from = null, to = null, doc_count }) => ({ from, to, count: doc_count }),
    ),
  }
}
