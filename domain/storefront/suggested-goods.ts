import type { FoundDocument } from './search-answer.ts'
import { typedText } from './typed-text.ts'

export type SuggestQuestion = {
  /** What has been typed so far; every word may be unfinished. */
  q: string
  city?: string | undefined
}

/** How many are suggested. */
const MOST = 6

/** How many are found: as one types on, what is suggested next is mostly among them. */
export const CANDIDATES = 30

/** The goods that begin with what was typed, in stock in the city when there is one; the most popular first. */
export const goodsRequest = ({ q, city }: SuggestQuestion) => ({
  size: CANDIDATES,
  track_total_hits: false,
  _source: { excludes: ['description', 'attributes', 'barcodes', 'cities'] },
  query: {
    bool: {
      filter: [
        { match: { 'name.begun': { query: q, operator: 'and' as const } } },
        ...(city === undefined ? [] : [{ term: { cities: city } }]),
      ],
    },
  },
  sort: [{ popularity: 'desc' as const }, { id: 'asc' as const }],
})

/** As many as are suggested of those that were found for the very same text. */
export const bestOf = (candidates: readonly FoundDocument[]) => candidates.slice(0, MOST)

/**
 * Of the goods that were found for a beginning, what is suggested for `typed`, which goes on from it: exactly what the index
 * would find, or `undefined` where that is not certain. They are the first of an order that does not depend on what was
 * typed, and more letters only take away: when enough of them are left, or there were no others, none can be missing.
 */
export function narrowed(
  candidates: readonly FoundDocument[],
  typed: string,
): FoundDocument[] | undefined {
  if (!TYPED.test(typed)) return undefined
  const beginnings = typed.match(PARTS)!
  if (beginnings.some(({ length }) => length > LONGEST_BEGINNING)) return undefined
  const left: FoundDocument[] = []
  for (const candidate of candidates) {
    const name = typedText(candidate.name)
    if (!NAME.test(name)) return undefined
    const words = name.match(PARTS) ?? []
    if (beginnings.every((begun) => words.some((word) => word.startsWith(begun))))
      left.push(candidate)
    if (left.length === MOST) return left
  }
  return candidates.length < CANDIDATES ? left : undefined
}

/** Beginnings that the index keeps; of longer words it knows the whole alone. */
const LONGEST_BEGINNING = 20

/** What is cut into words here as the analyser of the index does; the rest is left to it. */
const TYPED = /^[a-zа-я0-9]+( [a-zа-я0-9]+)*$/
const NAME = /^[a-zа-я0-9 .,:;/()«»"+&№%!?–—-]*$/
/** Letters and digits are words of their own. */
const PARTS = /[a-zа-я]+|[0-9]+/g
