import type { Client as Elasticsearch } from '@elastic/elasticsearch'
import type { SearchQuestion } from '../../domain/storefront/search-query.ts'
import { textClauses } from '../../domain/storefront/text-query/clauses.ts'
import {
  correctedQuery,
  ENOUGH,
  lookUpRequest,
  type LookUpResponse,
} from '../../domain/storefront/text-query/correction.ts'
import type { Synonyms } from '../../domain/storefront/text-query/synonyms.ts'
import { isAway, orUnavailable } from './elasticsearch-away.ts'
import { findShopProducts, type Found } from './find-shop-products.ts'
import { VIEW_KEPT_FOR, type IndexViews } from './index-view.ts'

type Deps = { search: Elasticsearch; views: IndexViews; readSynonyms: () => Promise<Synonyms> }

const LOOK_UP_TIMEOUT_MS = 1_000

/**
 * A page of what the words of the question mean. They are asked for as typed; only when that finds little, a second pass
 * looks them up and asks again with those put right that no good has: typed on the other layout of the keyboard,
 * transliterated, misspelt. Items, total and facets are all of the query that is answered. When Elasticsearch has no time
 * for the look-up, a first page is of the words as typed; a later one, which goes on from what was put right, is not.
 */
export async function findGoods(
  { search, views, readSynonyms }: Deps,
  question: SearchQuestion,
  { view }: { view?: string | undefined } = {},
): Promise<Found & { correctedQuery?: string }> {
  const { q } = question
  if (!q) return await findShopProducts({ search, views }, question, { view })
  const synonyms = await readSynonyms()
  const ask = (words: string, within: string | undefined) =>
    findShopProducts({ search, views }, question, {
      view: within,
      text: textClauses(words, synonyms),
    })

  const asTyped = await ask(q, view)
  if (asTyped.total >= ENOUGH) return asTyped
  const corrected = await lookUp(search, asTyped.view, q).catch((error: unknown) => {
    if (isAway(error) && !question.after) return undefined
    throw orUnavailable(error)
  })
  if (corrected === undefined) return asTyped
  const putRight = await ask(corrected, asTyped.view)
  if (asTyped.total > 0 && putRight.total <= asTyped.total) return asTyped
  return { ...putRight, correctedQuery: corrected }
}

/** @returns the query put right, when something in it can be */
async function lookUp(search: Elasticsearch, view: string, q: string): Promise<string | undefined> {
  const request = lookUpRequest(q)
  if (!request) return undefined
  const response = await search.search(
    { ...request, pit: { id: view, keep_alive: VIEW_KEPT_FOR } },
    { requestTimeout: LOOK_UP_TIMEOUT_MS, maxRetries: 0 },
  )
  return correctedQuery(q, response as unknown as LookUpResponse)
}
