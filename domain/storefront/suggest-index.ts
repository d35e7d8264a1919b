import type { SearchIndex } from './search-index.ts'

/** Something that whoever types may mean, other than a good. */
export type Suggestion = {
  kind: 'query' | 'category' | 'brand'
  text: string
  /** Of a category, with the name of the one above: «Чехлы» are in more than one. */
  categoryId: string | null
  parent: string | null
  /** How often it was searched, or how many goods it has. */
  weight: number
  /** Where it was searched, or has goods in stock. */
  cities: string[]
}

const keyword = { type: 'keyword' }
const kept = { type: 'keyword', index: false, doc_values: false }

const properties: Record<keyof Suggestion, object> = {
  kind: keyword,
  text: {
    type: 'text',
    analyzer: 'begun_text',
    search_analyzer: 'exact_text',
    index_options: 'docs',
    norms: false,
  },
  categoryId: kept,
  parent: kept,
  weight: { type: 'long' },
  cities: keyword,
}

const letters = { char_filter: ['yo'], tokenizer: 'standard' }

/** Small, and made anew as a whole: each making is an index of its own behind the alias. */
export const suggestionsIndex: Omit<SearchIndex, 'version'> = {
  alias: 'suggestions',
  settings: {
    number_of_shards: 1,
    auto_expand_replicas: '0-1',
    // Never written again once it is read; in the order of the answers, so that the best are found first.
    refresh_interval: '-1',
    sort: { field: 'weight', order: 'desc' },
    analysis: {
      char_filter: { yo: { type: 'mapping', mappings: ['ё => е', 'Ё => Е'] } },
      filter: {
        begun: { type: 'edge_ngram', min_gram: 1, max_gram: 20, preserve_original: true },
      },
      analyzer: {
        begun_text: { type: 'custom', ...letters, filter: ['lowercase', 'begun'] },
        exact_text: { type: 'custom', ...letters, filter: ['lowercase'] },
      },
    },
  },
  mappings: { dynamic: 'strict', properties },
}
