import { stem } from './stem.ts'
import { tellingWords } from './words.ts'

/**
 * Terms of one or more words, in any of their forms. Without `means` they mean each other; with it, who asks for one of
 * them is also shown what `means` finds, and not the other way round.
 */
export type SynonymGroup = { terms: readonly string[]; means: readonly string[] }

/** What else finds what a term asks for, by the stems of its words. */
export type Synonyms = ReadonlyMap<string, readonly string[]>

/** What is asked for beside a term; more is not looked at. */
export const MOST_ALTERNATIVES = 5
/** In words that are asked for; a longer term is not recognised. */
export const LONGEST_TERM = 4

/** What two terms have in common that are one to the search: the stems of their words. */
export const termKey = (term: string): string => keyOf(tellingWords(term))

const keyOf = (words: readonly string[]) => words.map(stem).join(' ')

/** What else is asked for with a term of the group. */
export const meantBy = ({ terms, means }: SynonymGroup, term: string): readonly string[] =>
  means.length > 0 ? means : terms.filter((other) => other !== term)

export function indexSynonyms(groups: readonly SynonymGroup[]): Synonyms {
  const index = new Map<string, string[]>()
  for (const group of groups)
    for (const term of group.terms) {
      const key = termKey(term)
      if (key === '') continue
      const others = meantBy(group, term).filter((other) => termKey(other) !== '')
      const meant = new Set([...(index.get(key) ?? []), ...others])
      index.set(key, [...meant].slice(0, MOST_ALTERNATIVES))
    }
  return index
}

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
