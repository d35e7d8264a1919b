import { stem } from './stem.ts'
import { readWords } from './words.ts'

/**
 * Terms of one or more words, in any of their forms. Without `means` they mean each other; with it, who asks for one of
 * them is also shown what `means` finds, and not the other way round.
 */
export type SynonymGroup = { terms: readonly string[]; means: readonly string[] }

/** What else finds what a term asks for, by the stems of its words. */
export type Synonyms = ReadonlyMap<string, readonly string[]>

const MOST_ALTERNATIVES = 5
const LONGEST_TERM = 4

export function indexSynonyms(groups: readonly SynonymGroup[]): Synonyms {
  const index = new Map<string, string[]>()
  for (const { terms, means } of groups)
    for (const term of terms) {
      const key = keyOf(readWords(term))
      const others = means.length > 0 ? means : terms.filter((other) => other !== term)
      index.set(
        key,
        [...new Set([...(index.get(key) ?? []), ...others])].slice(0, MOST_ALTERNATIVES),
      )
    }
  return index
}

const keyOf = (words: readonly string[]) => words.map(stem).join(' ')

/** A part of a query that is found as one: what was typed, and what means the same. */
export type Unit = { words: readonly string[]; alternatives: readonly string[] }

/** The words of a query in units, from left to right, each the longest term that there is. */
export function unitsOf(words: readonly string[], synonyms: Synonyms): Unit[] {
  const units: Unit[] = []
  for (let at = 0; at < words.length;) {
    const unit = longestTerm(words.slice(at, at + LONGEST_TERM), synonyms)
    units.push(unit)
    at += unit.words.length
  }
  return units
}

function longestTerm(words: readonly string[], synonyms: Synonyms): Unit {
  for (let length = words.length; length > 0; length--) {
    const alternatives = synonyms.get(keyOf(words.slice(0, length)))
    if (alternatives) return { words: words.slice(0, length), alternatives }
  }
  return { words: words.slice(0, 1), alternatives: [] }
}
