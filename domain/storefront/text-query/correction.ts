import type { Clause } from '../selections.ts'
import { mayBeOtherLayout, onOtherLayout } from './letters.ts'
import { termKey, unitsOf, type Synonyms } from './synonyms.ts'
import { transliterate } from './transliterate.ts'
import {
  composed,
  hasDigit,
  isStopWord,
  joined,
  MOST_WORDS,
  readWords,
  tellingWords,
} from './words.ts'

/** With so many goods found, the words of a query are taken as they were typed. */
export const ENOUGH = 3

/** Of one query; each costs look-ups. */
const MOST_LOOKED_UP = 12
const LONGEST_WORD = 30
/** Of all words of a query. */
const MOST_SPELLINGS = 80
/** Of a transliterated word, that others are compared with. */
const MOST_COMPARED = 3

/** What is read of Elasticsearch's answer to `lookUpRequest`. */
export type LookUpResponse = {
  aggregations?: { known?: { buckets: Record<string, { doc_count: number }> } }
  suggest?: Record<
    string,
    { text: string; options: { text: string; score: number; freq: number }[] }[]
  >
}

/**
 * Asks in one request which words of a query the index knows: as typed, typed on the other layout of the keyboard,
 * transliterated, and which known words are spelt nearly so. `undefined` when there are no words to ask about.
 */
export function lookUpRequest(q: string) {
  const typed = wordsOf(q)
  if (typed.length === 0) return undefined
  const words = typed.flatMap((word) => [word, ...partsOf(word)]).slice(0, MOST_LOOKED_UP)
  const spellings = [...new Set(words.flatMap((word) => [word, ...respellings(word)]))].slice(
    0,
    MOST_SPELLINGS,
  )
  const plain = words.flatMap(readWords).filter(isSpellable)
  return {
    size: 0,
    track_total_hits: false,
    aggs: {
      known: {
        filters: { filters: Object.fromEntries(spellings.map((one) => [one, knows(one)])) },
      },
    },
    suggest: {
      typed: nearestKnown(plain),
      transliterated: nearestKnown(
        plain.flatMap((word) => transliterate(word).slice(0, MOST_COMPARED)),
      ),
    },
  }
}

/**
 * The query with the words that nobody knows put right; `undefined` when nothing changes. Known is what the index has, and
 * what is a synonym of something. Where no good has all words, those that cannot be put right are left out, if others are known.
 */
export function correctedQuery(
  q: string,
  response: LookUpResponse,
  { synonyms, hasAll }: { synonyms: Synonyms; hasAll: boolean },
): string | undefined {
  const counts = response.aggregations?.known?.buckets ?? {}
  const meant = new Set(
    unitsOf(tellingWords(q), synonyms).flatMap(({ words, alternatives }) =>
      alternatives.length > 0 ? words : [],
    ),
  )
  const isKnown = (word: string) =>
    (counts[word]?.doc_count ?? 0) > 0 || meant.has(word) || synonyms.has(termKey(word))
  /** What was not asked about is taken as it is. */
  const isRight = (word: string) =>
    !Object.hasOwn(counts, word) || isKnown(word) || isStopWord(word)
  /** The words that it is put right to, when it can be. */
  const putRight = (word: string): string[] | undefined => {
    if (isRight(word)) return [word]
    const respelt = respellings(word).find(isKnown) ?? nearest(word, response)
    if (respelt !== undefined) return [respelt]
    const parts = partsOf(word).flatMap((part) => putRight(part) ?? [])
    return parts.length > 0 ? parts : undefined
  }
  const words = wordsOf(q)
  const corrected = words.map(putRight)
  const known = corrected.flatMap((right) => right ?? [])
  const left =
    !hasAll && known.some(saysWhatIsMeant)
      ? known
      : corrected.flatMap((right, i) => right ?? [words[i]!])
  return left.join(' ') === words.join(' ') ? undefined : left.join(' ')
}

/** A number, or a word that stands with every good, does not do for a query by itself. */
const saysWhatIsMeant = (word: string) => !isStopWord(word) && /\p{L}{2}/u.test(word)

/** On the other layout some letters are signs (`[jkjlbkmybr` is холодильник), so words with such signs stay whole. */
const wordsOf = (q: string) =>
  composed(q)
    .toLowerCase()
    .split(/\s+/)
    .flatMap((typed) => (mayBeOtherLayout(typed) ? [typed] : readWords(typed)))
    .slice(0, MOST_WORDS)

/** What stands between signs may as well be words of its own: `naushniki,sony`. */
function partsOf(word: string): string[] {
  const parts = mayBeOtherLayout(word) ? readWords(word) : []
  return parts.length > 1 ? parts : []
}

/** What the word may be in other letters. A sign at its end may be a letter of the other layout, or just a sign. */
function respellings(word: string): string[] {
  if (word.length > LONGEST_WORD) return []
  const words = readWords(word)
  const plain = words.length === 1 ? words : []
  const retyped = [word, ...plain].map((typed) => readWords(onOtherLayout(typed)))
  return [...retyped.filter(({ length }) => length === 1).flat(), ...plain.flatMap(transliterate)]
}

const isSpellable = (word: string) => /^\p{L}{3,}$/u.test(word) && word.length <= LONGEST_WORD

const nearestKnown = (words: readonly string[]) => ({
  text: words.join(' '),
  term: {
    field: 'words',
    suggest_mode: 'missing' as const,
    sort: 'score' as const,
    size: 3,
    prefix_length: 1,
    min_word_length: 3,
    accuracy: 0.6,
  },
})

/** A spelling that was guessed first is not as good as what was typed. */
const TRUST_IN_TRANSLITERATION = 0.95

/** The known word that is spelt most alike, among several the one in most goods. */
function nearest(word: string, { suggest = {} }: LookUpResponse): string | undefined {
  const plain = readWords(word)
  if (plain.length > 1) return undefined
  const of = (name: string, spelt: readonly string[], trust: number) =>
    (suggest[name] ?? [])
      .filter(({ text }) => spelt.includes(text))
      .flatMap(({ options }) => options)
      .map(({ text, score, freq }) => ({ text, score: score * trust, freq }))
  return [
    ...of('typed', plain, 1),
    ...of('transliterated', plain.flatMap(transliterate), TRUST_IN_TRANSLITERATION),
  ].sort((a, b) => b.score - a.score || b.freq - a.freq)[0]?.text
}

/** Whether a good has the word in anything that is searched: by its stem, as it is, or as a part of an article. */
const knows = (word: string): Clause => ({
  dis_max: {
    queries: [
      { match_phrase: { everything: word } },
      { match_phrase: { words: word } },
      { match_phrase: { details: word } },
      { match_phrase: { description: word } },
      ...(hasDigit(word) ? [{ term: { codes: joined(word) } }] : []),
    ],
  },
})
