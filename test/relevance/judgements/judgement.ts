import type { Good, Truth } from '../catalogue/generate.ts'

export const KINDS = [
  'inflection',
  'yo',
  'layout',
  'translit',
  'model-number',
  'typo',
  'synonym',
  'brand',
  'exact-form',
  'several-words',
] as const
export type Kind = (typeof KINDS)[number]

type OneOrMore = string | readonly string[]

/** A good is wanted when everything that is said here is true of it. */
export type Wanted = {
  [Fact in 'family' | 'noun' | 'brand' | 'model' | 'code' | 'fits']?: OneOrMore
} & { traits?: Readonly<Record<string, OneOrMore>> }

/**
 * 3: what was asked for. 2: it differs in one thing that was asked for: another model of the line, another make of it.
 * 1: it belongs to it (an accessory, a part), or somebody might take it instead. What is not mentioned is 0.
 */
export type Grade = 1 | 2 | 3

/** What a query is worth: the first rule that fits a good grades it. */
export type Judgement = { kind: Kind; q: string; rules: readonly (readonly [Grade, Wanted])[] }

/** Rows of a query and its rules; several wanted things may share a grade. */
export const judge = (
  kind: Kind,
  rows: readonly (readonly [string, ...(readonly [Grade, ...Wanted[]])[]])[],
): Judgement[] =>
  rows.map(([q, ...rules]) => ({
    kind,
    q,
    rules: rules.flatMap(([grade, ...wanted]) => wanted.map((one) => [grade, one] as const)),
  }))

export const is = (family: OneOrMore, more: Wanted = {}): Wanted => ({ family, ...more })

export function gradeOf({ rules }: Judgement, { truth }: Good): number {
  return rules.find(([, wanted]) => isWanted(wanted, truth))?.[0] ?? 0
}

function isWanted({ traits = {}, ...facts }: Wanted, truth: Truth): boolean {
  const fits = (asked: OneOrMore, value: string | undefined) => [asked].flat().includes(value ?? '')
  return (
    Object.entries(facts).every(([fact, asked]) =>
      fits(asked, truth[fact as keyof typeof facts]),
    ) && Object.entries(traits).every(([name, asked]) => fits(asked, truth.traits[name]))
  )
}
