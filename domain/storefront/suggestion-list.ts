import type { Suggestion } from './suggest-index.ts'
import { typedText } from './typed-text.ts'

export type SuggestionList = {
  /** Adds what weighs no more than anything added before. */
  add(suggestion: Suggestion): void
  /**
   * Of each kind, so many at most of those in which a word begins with each word of `typed`, the weightiest first. With a
   * city: queries of that city before all others, and categories and brands of that city alone.
   */
  begunBy(typed: string, city?: string): Record<Kind, Suggestion[]>
}

type Kind = Suggestion['kind']
type Listed = { suggestion: Suggestion; words: readonly string[] }

/** How many of each are suggested. */
const MOST: Record<Kind, number> = { query: 8, category: 5, brand: 5 }

/** What is looked up is the beginning of a word; the rest of it is compared. */
const LONGEST_KEY = 3

/** All suggestions in memory, looked up by the first letters of their words and read in the order of their weight. */
export function createSuggestionList(): SuggestionList {
  const lists: Record<Kind, Map<string, Listed[]>> = {
    query: new Map(),
    category: new Map(),
    brand: new Map(),
  }

  /** Tens of thousands of suggestions name the same cities: each name is kept once. */
  const cityNames = new Map<string, string>()
  const interned = (city: string) => cityNames.get(city) ?? (cityNames.set(city, city), city)

  /** Nothing has all words that has not the rarest of their beginnings. */
  const rarest = (kind: Kind, words: readonly string[]) =>
    words
      .map((word) => lists[kind].get(word.slice(0, LONGEST_KEY)) ?? [])
      .reduce((rare, some) => (some.length < rare.length ? some : rare))

  function best(kind: Kind, words: readonly string[], city: string | undefined): Suggestion[] {
    const first: Suggestion[] = []
    const then: Suggestion[] = []
    for (const { suggestion, words: own } of rarest(kind, words)) {
      const isFirst = city === undefined || suggestion.cities.includes(city)
      const into = isFirst ? first : then
      if (into.length >= MOST[kind] || (!isFirst && kind !== 'query')) continue
      if (!words.every((word) => own.some((other) => other.startsWith(word)))) continue
      into.push(suggestion)
      if (first.length === MOST[kind]) break
    }
    return [...first, ...then].slice(0, MOST[kind])
  }

  return {
    add({ cities, ...rest }) {
      const suggestion = { ...rest, cities: cities.map(interned) }
      const words = wordsOf(suggestion.text)
      const keys = words.flatMap((word) =>
        Array.from({ length: LONGEST_KEY }, (_, n) => word.slice(0, n + 1)),
      )
      const list = lists[suggestion.kind]
      for (const key of new Set(keys)) {
        const listed = list.get(key) ?? []
        list.set(key, listed)
        listed.push({ suggestion, words })
      }
    },
    begunBy(typed, city) {
      const words = wordsOf(typed)
      const of = (kind: Kind) => (words.length === 0 ? [] : best(kind, words, city))
      return { query: of('query'), category: of('category'), brand: of('brand') }
    },
  }
}

/** Letters and digits are words of their own, as they are for goods. */
const wordsOf = (text: string) => typedText(text).match(/[\p{L}\p{M}]+|[\p{N}\p{M}]+/gu) ?? []
