import type { FoundDocument } from './search-answer.ts'
import { typedText } from './typed-text.ts'

export type SuggestQuestion = {
  /** What has been typed so far; every word may be unfinished. */
  q: string
  city?: string | undefined
}

/** A good that was found, with the beginnings of its words as the index knows them, where that is certain. */
export type Candidate = { good: FoundDocument; words: string | undefined }

/** The first of the goods that were found for a question, or all there are. */
export type Candidates = {
  question: SuggestQuestion
  candidates: readonly Candidate[]
  isWhole: boolean
}

/** How many are suggested. */
const MOST = 6

/** How many are found while somebody waits: as one types on, what is suggested next is mostly among them. */
export const CANDIDATES = 30

/** How many are found where nobody waits: enough that those of a city are mostly among those of all. */
export const WIDE_CANDIDATES = 300

/** The goods that begin with what was typed, in stock in the city when there is one; the most popular first. */
export const goodsRequest = ({ q, city }: SuggestQuestion, size = CANDIDATES) => ({
  size,
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

export function toCandidate(good: FoundDocument): Candidate {
  const name = typedText(good.name)
  return { good, words: NAME.test(name) ? partsOf(name).map(begun).join('') : undefined }
}

/** As many as are suggested of those that were found for the very same question. */
export const bestOf = (candidates: readonly Candidate[]): FoundDocument[] =>
  candidates.slice(0, MOST).map(({ good }) => good)

/**
 * Of the goods that were found for a beginning, in the same city or in all, what is suggested for `asked`, which goes on from
 * it: exactly what the index would find, or `undefined` where that is not certain. They are the first of an order that does
 * not depend on what was asked, and more letters or a city only take away: when enough of them are left, or there were no
 * others, none can be missing.
 */
export function narrowed(
  { question, candidates, isWhole }: Candidates,
  { q, city }: SuggestQuestion,
): FoundDocument[] | undefined {
  const isTypedOn = q !== question.q
  if (isTypedOn && !isCutSurely(q)) return undefined
  const beginnings = isTypedOn ? partsOf(q).map(begun) : []
  const left: Candidate[] = []
  for (const candidate of candidates) {
    if (city !== undefined && !isInStock(candidate.good, city)) continue
    const { words } = candidate
    if (isTypedOn && words === undefined) return undefined
    if (beginnings.every((beginning) => words?.includes(beginning))) left.push(candidate)
    if (left.length === MOST) break
  }
  return isWhole || left.length === MOST ? bestOf(left) : undefined
}

/** As the index has it by `cities`, which are made of the same units. */
const isInStock = ({ units }: FoundDocument, city: string) => Object.hasOwn(units.byCity, city)

/** Beginnings that the index keeps; of longer words it knows the whole alone. */
const LONGEST_BEGINNING = 20

/** What is cut into words here as the analyser of the index does; the rest is left to it. */
const TYPED = /^[a-zа-я0-9]+( [a-zа-я0-9]+)*$/
const NAME = /^[a-zа-я0-9 .,:;/()«»"+&№%!?–—-]*$/

const isCutSurely = (q: string) =>
  TYPED.test(q) && partsOf(q).every(({ length }) => length <= LONGEST_BEGINNING)

/** Letters and digits are words of their own. */
const partsOf = (text: string): string[] => text.match(/[a-zа-я]+|[0-9]+/g) ?? []

/** Where words follow each other, each of them begins with a space. */
const begun = (word: string) => ` ${word}`
