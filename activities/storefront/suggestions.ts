import type { Client as Elasticsearch } from '@elastic/elasticsearch'
import type { Kysely } from 'kysely'
import { replaceIndex } from '../../clients/elasticsearch/replace-index.ts'
import type { SuggestionCounts } from '../../contracts/storefront.ts'
import type { Database } from '../../db/database.ts'
import { listQueriesToSuggest, pruneSearchCounts } from '../../db/storefront/search-counts.ts'
import {
  listSuggestableBrands,
  listSuggestableCategories,
} from '../../db/storefront/suggestable.ts'
import { suggestionsIndex, type Suggestion } from '../../domain/storefront/suggest-index.ts'
import { heartbeating } from '../heartbeating.ts'

export type SuggestionsDeps = {
  /** Connected as the role `system`. */
  system: Kysely<Database>
  elasticsearch: Elasticsearch
  suggestions?: typeof suggestionsIndex
}
export type SuggestionsActivities = ReturnType<typeof createSuggestionsActivities>

/** What fewer callers found may be somebody's own, or a slip of the fingers. */
const FINDERS_AT_LEAST = 5
const MOST_QUERIES = 50_000
const MOST_BRANDS = 20_000
const KEEP = { keepDays: 90, keepRareDays: 7, rareBelow: 2 }

export const createSuggestionsActivities = ({
  system,
  elasticsearch,
  suggestions = suggestionsIndex,
}: SuggestionsDeps) => ({
  /** Forgets old searches. A second attempt finds less to forget. */
  forgetOldSearches: () => pruneSearchCounts(system, KEEP),

  /** Makes all suggestions anew and puts them in the place of the ones before. A second attempt begins again. */
  rebuildSuggestions: (): Promise<SuggestionCounts> =>
    heartbeating(async () => {
      const [queries, brands, categories] = [
        await listQueriesToSuggest(system, { atLeast: FINDERS_AT_LEAST, limit: MOST_QUERIES }),
        await listSuggestableBrands(system, MOST_BRANDS),
        await listSuggestableCategories(system),
      ]
      await replaceIndex(elasticsearch, suggestions, [
        ...queries.map(({ text, finders, cities }) =>
          suggestion('query', { text, weight: Number(finders), cities }),
        ),
        ...brands.map(({ brand, goods, cities }) =>
          suggestion('brand', { text: brand, weight: Number(goods), cities }),
        ),
        ...categories.map(({ id, name, parent, goods, cities }) => ({
          ...suggestion('category', { text: name, weight: Number(goods), cities }),
          categoryId: id,
          parent,
        })),
      ])
      return { queries: queries.length, brands: brands.length, categories: categories.length }
    }),
})

const suggestion = (
  kind: Suggestion['kind'],
  rest: Pick<Suggestion, 'text' | 'weight' | 'cities'>,
): Suggestion => ({ kind, categoryId: null, parent: null, ...rest })
