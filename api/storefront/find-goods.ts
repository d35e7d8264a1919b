import type { Client as Elasticsearch } from '@elastic/elasticsearch'
import { PLENTY, type SearchQuestion } from '../../domain/storefront/search-query.ts'
import {
  canLoosen,
  textClauses,
  type Strictness,
} from '../../domain/storefront/text-query/clauses.ts'
import {
  correctedQuery,
  ENOUGH,
  lookUpRequest,
  type LookUpResponse,
} from '../../domain/storefront/text-query/correction.ts'
import { meaningOf } from '../../domain/storefront/text-query/meaning.ts'
import type { Synonyms } from '../../domain/storefront/text-query/synonyms.ts'
import { unavailable } from '../problem-of.ts'
import { invalidCursor } from './bound-cursor.ts'
import { isUnavailable } from './elasticsearch-away.ts'
import { findShopProducts, SEARCH_TIMEOUT_MS, type Found } from './find-shop-products.ts'
import { VIEW_KEPT_FOR, type IndexViews } from './index-view.ts'
import { countDown } from './time-left.ts'

type Deps = { search: Elasticsearch; views: IndexViews; readSynonyms: () => Promise<Synonyms> }

const LOOK_UP_TIMEOUT_MS = 1_000
/** With less than this there is no sense in asking further. */
const WORTH_ASKING_MS = 50

/** What all pages are read from and ranked by. */
type Basis = Pick<Found, 'view' | 'day'>

/** What a page was made of, for those that follow it. */
export type Reading = Basis & {
  /** What was answered, when it is not what was typed. */
  correctedQuery?: string | undefined
  strictness: Strictness
  /** Of the words that were answered; without words there is none. */
  meaning: string
}

/**
 * A page of what the words of the question mean. All of them are asked for, as typed; only when that finds little, a second pass
 * looks them up and asks again with those put right that no good has: typed on the other layout of the keyboard,
 * transliterated, misspelt, or of no use beside the others. When that finds little as well, most of the words suffice.
 * Items, total and facets are all of the query that is answered, which does not depend on what is chosen besides. Its
 * requests have the time of one search together, what it takes to open views counted: when none is left for the look-up, or for
 * more than was found, the answer is what there is.
 * @param earlier how the page before was read: this one is read like it, and nothing is decided anew
 * @throws {Problem} 503 when Elasticsearch is away, or nothing was found and there is no time to ask further; 400 when the synonyms of the words have changed since, for the page would be of another order
 */
export async function findGoods(
  { search, views, readSynonyms }: Deps,
  question: SearchQuestion,
  earlier?: Reading,
): Promise<Found & Reading> {
  const { q } = question
  if (!q) {
    const { view, day } = earlier ?? {}
    const found = await findShopProducts({ search, views }, question, { view, day })
    return { ...found, strictness: 'all', meaning: '' }
  }
  const timeLeft = countDown(SEARCH_TIMEOUT_MS)
  const synonyms = await readSynonyms()
  const ask = async ({ words, strictness }: Way, { view, day }: Partial<Basis> = {}) => ({
    ...(await findShopProducts({ search, views }, question, {
      ...{ view, day },
      text: textClauses(words, synonyms, strictness),
      timeoutMs: timeLeft(),
    })),
    ...{ strictness, meaning: meaningOf(words, synonyms) },
    ...(words !== q && { correctedQuery: words }),
  })
  if (earlier) {
    const { correctedQuery: words = q, strictness, meaning } = earlier
    if (meaningOf(words, synonyms) !== meaning) throw invalidCursor({ message: OTHER_MEANING })
    return ask({ words, strictness }, earlier)
  }

  const asTyped = await ask({ words: q, strictness: 'all' })
  const { withWords, view } = asTyped
  if (withWords >= PLENTY) return asTyped
  let best: Found & Reading = asTyped
  const isWorthAsking = () => {
    const isTime = timeLeft() >= WORTH_ASKING_MS
    if (!isTime && best.withWords === 0) throw unavailable(new Error('No time to ask further'))
    return isTime
  }
  const corrected =
    withWords < ENOUGH && isWorthAsking()
      ? await lookUp(search, {
          ...{ q, view, synonyms, withWords },
          timeoutMs: Math.min(LOOK_UP_TIMEOUT_MS, timeLeft()),
        }).catch(unlessItWasUnavailable)
      : undefined
  for (const way of furtherWays(q, corrected, synonyms)) {
    if (!isWorthAsking()) break
    const asked = ask(way, asTyped)
    const found = await (best.withWords > 0 ? asked.catch(unlessItWasUnavailable) : asked)
    if (found && found.withWords > best.withWords) best = found
    if (best.withWords >= PLENTY) break
  }
  return best
}

function unlessItWasUnavailable(error: unknown): undefined {
  if (!isUnavailable(error)) throw error
}

type Way = { words: string; strictness: Strictness }

/** What is asked when all words as typed find little, until something finds plenty. */
function furtherWays(q: string, corrected: string | undefined, synonyms: Synonyms): Way[] {
  const words = corrected ?? q
  return [
    ...(corrected === undefined ? [] : [{ words, strictness: 'all' as const }]),
    ...(canLoosen(words, synonyms) ? [{ words, strictness: 'most' as const }] : []),
  ]
}

const OTHER_MEANING = {
  ru: 'слова запроса с тех пор понимаются иначе: начните поиск заново',
  en: 'the words of the query have come to mean something else: search anew',
}

type LookedUp = {
  q: string
  view: string
  synonyms: Synonyms
  withWords: number
  timeoutMs: number
}

/** @returns the query put right, when something in it can be */
async function lookUp(
  search: Elasticsearch,
  { q, view, synonyms, withWords, timeoutMs }: LookedUp,
): Promise<string | undefined> {
  const request = lookUpRequest(q)
  if (!request) return undefined
  const response = await search.search(
    { ...request, pit: { id: view, keep_alive: VIEW_KEPT_FOR } },
    { requestTimeout: timeoutMs, maxRetries: 0 },
  )
  return correctedQuery(q, response as unknown as LookUpResponse, {
    synonyms,
    hasAll: withWords > 0,
  })
}
