import type { Clause } from '../selections.ts'
import { onOtherLayout } from './letters.ts'
import { transliterate } from './transliterate.ts'
import { compatible, isStopWord, readWords } from './words.ts'

/** With so many goods found, a query is taken as it was typed. */
export const ENOUGH = 3

/** Longer queries are sentences, and each word costs look-ups. */
const MOST_WORDS = 8
const LONGEST_WORD = 30
/** Of a transliterated word, that others are compared with. */
const MOST_SPELLINGS = 3

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
  const words = wordsOf(q)
  if (words.length === 0) return undefined
  const spellings = [...new Set(words.flatMap((word) => [word, ...respellings(word)]))]
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
        plain.flatMap((word) => transliterate(word).slice(0, MOST_SPELLINGS)),
      ),
    },
  }
}

/** The query with the words that nobody knows put right; `undefined` when there is nothing to put right. */
export function correctedQuery(q: string, response: LookUpResponse): string | undefined {
  const known = response.aggregations?.known?.buckets ?? {}
  const isKnown = (word: string) => (known[word]?.doc_count ?? 0) > 0
  const words = wordsOf(q)
  const corrected = words.map((word) => {
    if (isKnown(word) || isStopWord(word)) return word
    return respellings(word).find(isKnown) ?? nearest(word, response) ?? word
  })
  return corrected.some((word, i) => word !== words[i]) ? corrected.join(' ') : undefined
}

/** On the other layout some letters are signs (`[jkjlbkmybr` is холодильник), so words with such signs stay whole. */
const wordsOf = (q: string) =>
  compatible(q)
    .toLowerCase()
    .split(/\s+/)
    .flatMap((typed) => (/^(?=.*[a-z])[a-z[\];',.`]+$/.test(typed) ? [typed] : readWords(typed)))
    .slice(0, MOST_WORDS)

/** What the word may be in other letters. A sign at its end may be a letter of the other layout, or just a sign. */
function respellings(word: string): string[] {
  if (word.length > LONGEST_WORD) return []
  const [plain = word] = readWords(word)
  const retyped = [word, plain].map((typed) => readWords(onOtherLayout(typed)))
  return [...retyped.filter(({ length }) => length === 1).flat(), ...transliterate(plain)]
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
  const plain = readWords(word)[0] ?? word
  const of = (name: string, spelt: readonly string[], trust: number) =>
    (suggest[name] ?? [])
      .filter(({ text }) => spelt.includes(text))
      .flatMap(({ options }) => options)
      .map(({ text, score, freq }) => ({ text, score: score * trust, freq }))
  return [
    ...of('typed', [plain], 1),
    ...of('transliterated', transliterate(plain), TRUST_IN_TRANSLITERATION),
  ].sort((a, b) => b.score - a.score || b.freq - a.freq)[0]?.text
}

/** Whether the index has the word, by its stem or as it is. */
const knows = (word: string): Clause => ({
  dis_max: {
    queries: [{ match_phrase: { everything: word } }, { match_phrase: { words: word } }],
  },
})
