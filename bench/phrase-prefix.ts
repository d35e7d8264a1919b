import { shopProductsIndex } from '../domain/storefront/search-index.ts'
import { suggestionsIndex } from '../domain/storefront/suggest-index.ts'
import type { SuggestQuestion } from '../domain/storefront/suggested-goods.ts'

/** Our suggestions in whole words, as the peer needs them. */
export const wholeWords = {
  ...suggestionsIndex,
  alias: 'whole-words',
  settings: {
    ...suggestionsIndex.settings,
    analysis: {
      char_filter: { yo: { type: 'mapping', mappings: ['ё => е', 'Ё => Е'] } },
      analyzer: {
        exact_text: {
          type: 'custom',
          char_filter: ['yo'],
          tokenizer: 'standard',
          filter: ['lowercase'],
        },
      },
    },
  },
  mappings: {
    ...suggestionsIndex.mappings,
    properties: {
      ...(suggestionsIndex.mappings['properties'] as object),
      kind: { type: 'keyword' },
      cities: { type: 'keyword' },
      text: { type: 'text', analyzer: 'exact_text' },
    },
  },
}

/** The peer: the same four lists with the same filters, their words found by `match_phrase_prefix`. */
export const byPhrase = ({ q, city }: SuggestQuestion): object[] => {
  const here = city === undefined ? [] : [{ term: { cities: city } }]
  return [
    ...['query', 'category', 'brand'].flatMap((kind) => [
      { index: wholeWords.alias },
      {
        size: 8,
        track_total_hits: false,
        _source: { excludes: ['cities'] },
        query: {
          bool: {
            filter: [{ term: { kind } }, phrase('text', q), ...(kind === 'query' ? [] : here)],
          },
        },
        sort: [{ weight: 'desc' }],
      },
    ]),
    { index: shopProductsIndex.alias },
    {
      size: 6,
      track_total_hits: false,
      _source: { excludes: ['description', 'attributes', 'barcodes', 'cities'] },
      query: { bool: { filter: [{ match_phrase_prefix: { name: q } }, ...here] } },
      sort: [{ popularity: 'desc' }, { id: 'asc' }],
    },
  ]
}

/** The peer without suggestions of its own: brands and categories are those of the goods that match. */
export const fromGoods = ({ q, city }: SuggestQuestion): object[] => [
  { index: wholeWords.alias },
  {
    size: 8,
    query: { bool: { filter: [{ term: { kind: 'query' } }], must: [phrase('text', q)] } },
  },
  { index: shopProductsIndex.alias },
  {
    size: 6,
    _source: { excludes: ['description', 'attributes', 'barcodes', 'cities'] },
    query: {
      bool: {
        must: [phrase('name', q)],
        filter: city === undefined ? [] : [{ term: { cities: city } }],
      },
    },
    aggs: {
      brands: { terms: { field: 'brand', size: 5 } },
      categories: { terms: { field: 'category.id', size: 5 } },
    },
  },
]

const phrase = (field: string, q: string) => ({ match_phrase_prefix: { [field]: q } })
