import type { Client as Elasticsearch } from '@elastic/elasticsearch'
import { setImmediate as breathe } from 'node:timers/promises'
import type { Suggestion } from '../../domain/storefront/suggest-index.ts'
import {
  createSuggestionList,
  type SuggestionList,
} from '../../domain/storefront/suggestion-list.ts'
import { answeredBy } from './elasticsearch-away.ts'
import { steady } from './remembering.ts'

/** Suggestions that were made anew are noticed after so long, when somebody asks. */
const LOOK_EVERY_MS = 10_000
/** While they are looked for and read, or cannot be, those of before serve. */
const USABLE_FOR_MS = 24 * 3_600_000

/** Few enough at once that requests are answered in between. */
const PAGE_SIZE = 1_000
const KEPT_FOR = '1m'
const TIMES = { requestTimeout: 2_000, maxRetries: 1 }

/**
 * All suggestions, in the memory of the process. They are made anew as a whole, as an index of its own behind the alias: only when
 * that leads to another index, all are read.
 */
export function suggestionsInMemory(
  search: Elasticsearch,
  alias: string,
  { lookEveryMs = LOOK_EVERY_MS } = {},
): () => Promise<SuggestionList> {
  let known: { index: string | undefined; list: SuggestionList } | undefined
  return steady(
    async () => {
      const index = await findIndex(search, alias)
      if (!known || known.index !== index)
        known = { index, list: index ? await readAll(search, index) : createSuggestionList() }
      return known.list
    },
    lookEveryMs,
    USABLE_FOR_MS,
  )
}

/** Before they are made for the first time there are none, which is no failure. */
async function findIndex(search: Elasticsearch, alias: string): Promise<string | undefined> {
  try {
    return Object.keys(await search.indices.getAlias({ name: alias }, TIMES))[0]
  } catch (error) {
    if (answeredBy(error)?.statusCode === 404) return undefined
    throw error
  }
}

async function readAll(search: Elasticsearch, index: string): Promise<SuggestionList> {
  const list = createSuggestionList()
  const { id } = await search.openPointInTime({ index, keep_alive: KEPT_FOR }, TIMES)
  try {
    let after: (string | number)[] | undefined
    do {
      const { hits } = await search.search<Suggestion>(
        {
          pit: { id, keep_alive: KEPT_FOR },
          size: PAGE_SIZE,
          track_total_hits: false,
          sort: [{ weight: 'desc' }],
          ...(after && { search_after: after }),
        },
        TIMES,
      )
      for (const { _source } of hits.hits) list.add(_source!)
      after = hits.hits.at(-1)?.sort as typeof after
      await breathe()
    } while (after)
    return list
  } finally {
    await search.closePointInTime({ id }, TIMES).catch(() => {})
  }
}
