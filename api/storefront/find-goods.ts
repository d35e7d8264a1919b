import type { SearchAnswer } from '../../domain/storefront/search-answer.ts'
import type { SearchQuestion } from '../../domain/storefront/search-query.ts'
import {
  correctedQuery,
  ENOUGH,
  lookUpRequest,
  type LookUpResponse,
} from '../../domain/storefront/text-query/correction.ts'

type Asking = {
  ask(question: SearchQuestion): Promise<SearchAnswer>
  lookUp(request: ReturnType<typeof lookUpRequest>): Promise<LookUpResponse>
}

export type FoundGoods = SearchAnswer & { correctedQuery?: string }

/**
 * Asks as it was typed. Only when that finds little, a second pass looks the words up and asks again with those put
 * right that nobody knows: typed on the other layout of the keyboard, transliterated, misspelt. Items, total and facets
 * are of the query that is answered.
 */
export async function findGoods(
  { ask, lookUp }: Asking,
  question: SearchQuestion,
): Promise<FoundGoods> {
  const asTyped = await ask(question)
  if (!question.q || asTyped.total >= ENOUGH) return asTyped
  const corrected = correctedQuery(question.q, await lookUp(lookUpRequest(question.q)))
  if (corrected === undefined) return asTyped
  const putRight = await ask({ ...question, q: corrected })
  return putRight.total < asTyped.total ? asTyped : { ...putRight, correctedQuery: corrected }
}
