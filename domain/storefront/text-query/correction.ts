import type { Clause } from './clauses.ts'
import { onOtherLayout } from './letters.ts'
import { transliterate } from './transliterate.ts'
import { isStopWord, readWords } from './words.ts'

/** With so many goods found, a query is taken as it was typed. */
export const ENOUGH = 3

/** Longer queries are sentences, and each word costs look-ups. */
const MOST_WORDS = 8
const LONGEST_WORD = 30

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
 * transliterated, and which known words are spelt nearly so.
 */
export function lookUpRequest(q: string) {
  const words = wordsOf(q)
  const spellings = [...new Set(words.flatMap((word) => [word, ...respellings(word)]))]
  const suggestions = (texts: readonly string[]) => ({
    text: texts.join(' '),
    term: {
      field: 'words',
      suggest_mode: 'missing',
      sort: 'score',
      size: 3,
      prefix_length: 0,
      min_word_length: 3,
      accuracy: 0.6,
    },
  })
  return {
    size: 0,
    track_total_hits: false,
    aggs: {
      known: {
        filters: { filters: Object.fromEntries(spellings.map((one) => [one, knows(one)])) },
      },
    },
    suggest: {
      typed: suggestions(words.filter(isSpellable)),
      transliterated: suggestions(words.filter(isSpellable).flatMap(transliterate)),
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

const wordsOf = (q: string) => typedWords(q).slice(0, MOST_WORDS)

/** On the other layout some letters are signs: `[jkjlbkmybr` is холодильник. */
const typedWords = (q: string) =>
  q
    .toLowerCase()
    .split(/\s+/)
    .flatMap((typed) => (isOtherLayout(typed) ? [typed] : readWords(typed)))

const isOtherLayout = (typed: string) => /^[a-z[\];',.`]+$/.test(typed) && /[[\];',.`]/.test(typed)

const respellings = (word: string) => [
  ...readWords(onOtherLayout(word)).slice(0, 1),
  ...transliterate(word),
]

const isSpellable = (word: string) => /^\p{L}{3,}$/u.test(word) && word.length <= LONGEST_WORD

/** The known word that is spelt most alike, among several the one in most goods. */
function nearest(word: string, { suggest = {} }: LookUpResponse): string | undefined {
  if (!isSpellable(word)) return undefined
  const of = (name: string, spelt: readonly string[], trust: number) =>
    (suggest[name] ?? [])
      .filter(({ text }) => spelt.includes(text))
      .flatMap(({ options }) => options)
      .map(({ text, score, freq }) => ({ text, score: score * trust, freq }))
  const [best] = [
    ...of('typed', [word], 1),
    ...of('transliterated', transliterate(word), 0.95),
  ].sort((a, b) => b.score - a.score || b.freq - a.freq)
  return best?.text
}

/** Whether the index has the word, stemmed or as it is. */
const knows = (word: string): Clause => ({
  dis_max: {
    queries: [{ match_phrase: { everything: word } }, { match_phrase: { words: word } }],
  },
})
