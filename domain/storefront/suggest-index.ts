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

const kept = { type: 'keyword', index: false, doc_values: false }

/** They are read as a whole, and looked up in memory. */
const properties: Record<keyof Suggestion, object> = {
  ...{ kind: kept, text: kept, categoryId: kept, parent: kept, cities: kept },
  weight: { type: 'long' },
}

/** Small, and made anew as a whole: each making is an index of its own behind the alias. */
export const suggestionsIndex: Omit<SearchIndex, 'version'> = {
  alias: 'suggestions',
  settings: {
    number_of_shards: 1,
    auto_expand_replicas: '0-1',
    // Never written again once it is read; in the order in which it is read.
    refresh_interval: '-1',
    sort: { field: 'weight', order: 'desc' },
  },
  mappings: { dynamic: 'strict', properties },
}
