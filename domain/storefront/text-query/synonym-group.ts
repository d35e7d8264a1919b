import { LONGEST_TERM, meantBy, MOST_ALTERNATIVES, termKey, type SynonymGroup } from './synonyms.ts'
import { tellingWords } from './words.ts'

/** One more than what may be asked for beside a term: each of so many means all the others. */
export const MOST_TERMS = MOST_ALTERNATIVES + 1
export const MOST_MEANT = MOST_ALTERNATIVES

export type TermFlaw = {
  list: keyof SynonymGroup
  at: number
  flaw: 'wordless' | 'long' | 'repeated'
}

/** Terms that search would not recognise, or that say again what the group says already. */
export function termFlaws({ terms, means }: SynonymGroup): TermFlaw[] {
  const said = new Set<string>()
  const flaws: TermFlaw[] = []
  for (const { list, at, term } of [...places('terms', terms), ...places('means', means)]) {
    const words = tellingWords(term)
    const key = termKey(term)
    if (words.length === 0) flaws.push({ list, at, flaw: 'wordless' })
    else if (words.length > LONGEST_TERM) flaws.push({ list, at, flaw: 'long' })
    else if (said.has(key)) flaws.push({ list, at, flaw: 'repeated' })
    said.add(key)
  }
  return flaws
}

const places = (list: keyof SynonymGroup, terms: readonly string[]) =>
  terms.map((term, at) => ({ list, at, term }))

/** Why a group does not go together with the others; `at` is of its `terms`. */
export type Clash =
  | { kind: 'pair-exists'; at: number; other: string; groupId: string }
  | { kind: 'means-too-much'; at: number }

/**
 * A pair is a term and what is asked for with it: each is kept once. With all groups together no term may mean more than
 * is looked at, for the rest would be dropped in silence.
 */
export function findClash(
  group: SynonymGroup,
  others: readonly (SynonymGroup & { id: string })[],
): Clash | undefined {
  const kept = others.flatMap((other) =>
    other.terms.map((term) => ({
      key: termKey(term),
      groupId: other.id,
      means: meantBy(other, term),
    })),
  )
  for (const [at, term] of group.terms.entries()) {
    const key = termKey(term)
    const meant = new Map(meantBy(group, term).map((other) => [termKey(other), other]))
    const before = kept.filter((one) => one.key === key)
    for (const { groupId, means } of before)
      for (const one of means) {
        const other = meant.get(termKey(one))
        if (other !== undefined) return { kind: 'pair-exists', at, other, groupId }
      }
    const count = before.reduce((sum, { means }) => sum + means.length, meant.size)
    if (count > MOST_ALTERNATIVES) return { kind: 'means-too-much', at }
  }
  return undefined
}

/** Whether a term of the group, or what it means, has all of these words, in any of their forms. */
export function speaksOf({ terms, means }: SynonymGroup, words: string): boolean {
  const wanted = termKey(words).split(' ')
  return [...terms, ...means].some((term) => {
    const stems = termKey(term).split(' ')
    return wanted.every((one) => stems.includes(one))
  })
}
