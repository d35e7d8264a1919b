import type { ShopProductDocument } from './document.ts'
import { FLEETING } from './text-query/stem.ts'

/**
 * An index behind an alias. Readers know the alias alone; what lies behind it is a generation, made for a schema
 * `version`. A change of terms or mappings is a new version.
 */
export type SearchIndex = {
  alias: string
  version: number
  settings: Record<string, unknown>
  mappings: Record<string, unknown>
}

/** The concrete index of a generation: `shop-products-<schema version>-<generation>`. */
export const indexName = (
  { alias, version }: Pick<SearchIndex, 'alias' | 'version'>,
  generationId: string,
) => `${alias}-${version}-${generationId}`

/** Whether what is searched was made for an older schema; before anything is searched it is made for this one. */
export const isReindexDue = (
  { version }: Pick<SearchIndex, 'version'>,
  liveVersion: number | undefined,
): boolean => liveVersion !== undefined && liveVersion < version

const keyword = { type: 'keyword' }
const kept = { type: 'keyword', index: false, doc_values: false }
/** Codes are asked for in any letter case, with or without what stands between their parts. */
const code = { type: 'keyword', normalizer: 'code' }
const long = { type: 'long' }
/** Counted by every search: what that needs is made when the index is refreshed, not by the first one who asks. */
const counted = { ...keyword, eager_global_ordinals: true }
/** Begun words, for suggestions: whoever types asks for each word by its first letters. */
const begun = {
  type: 'text',
  analyzer: 'begun_text',
  search_analyzer: 'exact_text',
  index_options: 'docs',
  norms: false,
}

type CatchAll = 'everything' | 'words' | 'codes' | 'details'

/** Only what a stock Elasticsearch 9 and the local node both have: no scripts, no scaled_float, no nested. */
const properties: Record<keyof ShopProductDocument | CatchAll, object> = {
  id: keyword,
  externalId: keyword,
  name: {
    type: 'text',
    analyzer: 'exact_text',
    copy_to: ['everything', 'words', 'codes'],
    fields: {
      head: { type: 'text', analyzer: 'head_text', norms: false },
      head_exact: { type: 'text', analyzer: 'exact_head', norms: false },
      begun,
    },
  },
  // A brand is a name: it is found as it is written, never by a stem.
  brand: {
    ...counted,
    copy_to: 'words',
    fields: { words: { type: 'text', analyzer: 'exact_text', norms: false } },
  },
  model: { ...code, copy_to: ['words', 'codes'] },
  vendorCode: { ...code, copy_to: ['words', 'codes'] },
  barcodes: code,
  description: { type: 'text', analyzer: 'russian_text', norms: false },
  category: {
    properties: {
      id: keyword,
      name: kept,
      path: counted,
      names: {
        type: 'text',
        analyzer: 'russian_text',
        norms: false,
        copy_to: ['everything', 'words'],
      },
    },
  },
  shop: { properties: { id: keyword, name: kept } },
  sellerId: keyword,
  priceMinor: long,
  oldPriceMinor: { ...long, index: false },
  currency: keyword,
  url: kept,
  pictures: kept,
  available: { type: 'boolean' },
  // A longer value is shown on the page of the good; nobody filters by it.
  attributes: { ...counted, ignore_above: 512, copy_to: 'details' },
  cities: keyword,
  units: { type: 'object', enabled: false },
  popularity: long,
  createdAt: { type: 'date' },
  contentHash: { ...long, index: false },
  /** The words of a query may be spread over name and categories (by their stems), brand and codes (as they are). */
  everything: { type: 'text', analyzer: 'russian_text', norms: false },
  words: { type: 'text', analyzer: 'exact_text', norms: false },
  codes: { type: 'text', analyzer: 'joined_codes', norms: false, index_options: 'docs' },
  details: { type: 'text', analyzer: 'russian_text', norms: false },
}

const NO_LETTER_NOR_DIGIT = '[^\\p{L}\\p{N}]'
const text = (filter: string[], ...charFilters: string[]) => ({
  type: 'custom',
  char_filter: [...charFilters, 'plain_letters'],
  tokenizer: 'standard',
  filter: ['lowercase', 'letters_and_digits', ...filter],
})
const stemmed = ['russian_stop', 'russian_stemmer', 'fleeting_vowel']

/** How texts become terms. */
const analysis = {
  char_filter: {
    plain_letters: {
      type: 'mapping',
      mappings: ['ё => е', 'Ё => Е', "' => ", '’ => ', '` => '],
    },
    // «Чехол для iPhone 15» is a case, «Гирлянда на ёлку» a garland: the head of a name is what is sold.
    head: { type: 'pattern_replace', pattern: '(?iu)\\s(для|под|к|на)\\s.*$', replacement: '' },
    joined: { type: 'pattern_replace', pattern: NO_LETTER_NOR_DIGIT, replacement: '' },
  },
  filter: {
    // iPhone15 and iPhone 15 are one: letters and digits are words of their own.
    letters_and_digits: { type: 'word_delimiter_graph', split_on_case_change: false },
    russian_stop: { type: 'stop', stopwords: '_russian_' },
    russian_stemmer: { type: 'stemmer', language: 'russian' },
    fleeting_vowel: { type: 'pattern_replace', pattern: FLEETING.source, replacement: '' },
    begun: { type: 'edge_ngram', min_gram: 1, max_gram: 20, preserve_original: true },
    // SM-G991B and SMG991B are one, so are Galaxy S21 and GalaxyS21: neighbours are joined, what has digits is kept.
    joined: { type: 'pattern_replace', pattern: NO_LETTER_NOR_DIGIT, replacement: '' },
    neighbours: {
      type: 'shingle',
      min_shingle_size: 2,
      max_shingle_size: 3,
      token_separator: '',
      filler_token: '',
    },
    emptied_without_digits: { type: 'pattern_replace', pattern: '^\\D*$', replacement: '' },
    not_empty: { type: 'length', min: 1 },
  },
  analyzer: {
    russian_text: text(stemmed),
    head_text: text(stemmed, 'head'),
    exact_text: text([]),
    exact_head: text([], 'head'),
    begun_text: text(['begun']),
    joined_codes: {
      type: 'custom',
      char_filter: ['plain_letters'],
      tokenizer: 'whitespace',
      filter: [
        ...['lowercase', 'joined', 'not_empty', 'neighbours'],
        ...['emptied_without_digits', 'not_empty'],
      ],
    },
  },
  normalizer: {
    code: { type: 'custom', char_filter: ['plain_letters', 'joined'], filter: ['lowercase'] },
  },
}

export const shopProductsIndex: SearchIndex = {
  alias: 'shop-products',
  version: 3,
  settings: {
    // One shard: counts of facets are exact.
    number_of_shards: 1,
    auto_expand_replicas: '0-1',
    refresh_interval: '500ms',
    // A late write must not bring back what was deleted: deletes are remembered as long as anything may be repeated.
    gc_deletes: '1h',
    analysis,
  },
  mappings: { dynamic: 'strict', properties },
}
