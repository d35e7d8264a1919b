import type { Client as Elasticsearch } from '@elastic/elasticsearch'
import type { SearchQuestion } from '../../domain/storefront/search-query.ts'
import {
  canLoosen,
  textClauses,
  type Strictness,
} from '../../domain/storefront/text-query/clauses.ts'
import {
  correctedQuery,
  ENOUGH,
  PLENTY,
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
 * A page of what the words of the question mean. All of them are asked for, as typed; only when that finds little, a second pass
 * looks them up and asks again with those put right that no good has: typed on the other layout of the keyboard,
 * transliterated, misspelt, or of no use beside the others. When that finds little as well, most of the words suffice.
 * Items, total and facets are all of the query that is answered. When Elasticsearch has no time for the look-up, a first
 * page is of the words as typed; a later one, which goes on from what was put right, is not.
 */
export async function findGoods(
  { search, views, readSynonyms }: Deps,
  question: SearchQuestion,
  { view }: { view?: string | undefined } = {},
): Promise<Found & { correctedQuery?: string }> {
  const { q } = question
  if (!q) return await findShopProducts({ search, views }, question, { view })
  const synonyms = await readSynonyms()
  const ask = (words: string, strictness: Strictness, within: string | undefined) =>
    findShopProducts({ search, views }, question, {
      view: within,
      text: textClauses(words, synonyms, strictness),
    })

  const asTyped = await ask(q, 'all', view)
  if (asTyped.total >= PLENTY) return asTyped
  const corrected =
    asTyped.total >= ENOUGH
      ? undefined
      : await lookUp({ search, view: asTyped.view, synonyms }, q).catch((error: unknown) => {
          if (isAway(error) && !question.after) return undefined
          throw orUnavailable(error)
        })
  let best: Found & { correctedQuery?: string } = asTyped
  for (const { words, strictness } of furtherWays(q, corrected, synonyms)) {
    const found = await ask(words, strictness, asTyped.view)
    if (found.total > best.total) best = { ...found, ...(words !== q && { correctedQuery: words }) }
    if (best.total >= PLENTY) return best
  }
  return best
}

type Way = { words: string; strictness: Strictness }

/** What is asked when all words as typed find little, until something finds enough. */
const furtherWays = (q: string, corrected: string | undefined, synonyms: Synonyms): Way[] => {
  const words = corrected ?? q
  return [
    ...(corrected === undefined ? [] : [{ words, strictness: 'all' as const }]),
    ...(canLoosen(words, synonyms) ? [{ words, strictness: 'most' as const }] : []),
  ]
}

/** @returns the query put right, when something in it can be */
async function lookUp(
  { search, view, synonyms }: { search: Elasticsearch; view: string; synonyms: Synonyms },
  q: string,
): Promise<string | undefined> {
  const request = lookUpRequest(q)
  if (!request) return undefined
  const response = await search.search(
    { ...request, pit: { id: view, keep_alive: VIEW_KEPT_FOR } },
    { requestTimeout: LOOK_UP_TIMEOUT_MS, maxRetries: 0 },
  )
  return correctedQuery(q, response as unknown as LookUpResponse, synonyms)
}
