import type { Clause } from '../selections.ts'
import { lookingAlike } from './letters.ts'
import { unitsOf, type Synonyms, type Unit } from './synonyms.ts'
import { hasDigit, joined, tellingWords, wordsOfGoods } from './words.ts'

/** How many of its words a good must have: all, or of three two, of four three, of five four, of more four in five. */
export type Strictness = 'all' | 'most'
const AT_LEAST: Record<Strictness, string> = { all: '100%', most: '2<-1 5<80%' }
/** Of two words both are meant. */
const LEAST_LOOSENED = 3

const NO_SYNONYMS: Synonyms = new Map()

/** How the words of a query are asked for: `must` finds, `should` puts first. */
export type TextClauses = { must: Clause[]; should: Clause[] }

/** The words of a query, and what means the same; without a query everything is found, and nothing is preferred. */
export const textClauses = (
  q: string | undefined,
  synonyms?: Synonyms,
  strictness?: Strictness,
): TextClauses =>
  q
    ? { must: [matching(q, synonyms, strictness)], should: preferring(q, synonyms) }
    : { must: [], should: [] }

/** Whether more is found when not all words are asked for. */
export const canLoosen = (q: string, synonyms: Synonyms): boolean =>
  unitsOf(tellingWords(q), synonyms).length >= LEAST_LOOSENED

/**
 * What is found: all words, or most of them, anywhere in what names the good, each as typed or by a synonym; all of them in its
 * description; or one of its codes.
 */
export function matching(
  q: string,
  synonyms = NO_SYNONYMS,
  strictness: Strictness = 'all',
): Clause {
  const words = wordsOfGoods(q)
  const units = unitsOf(tellingWords(q), synonyms)
  if (units.length === 0) return { match_none: {} }
  return {
    bool: {
      minimum_should_match: 1,
      should: [
        {
          bool: {
            should: units.map((unit) => anyOf(unit, anywhere)),
            minimum_should_match: AT_LEAST[strictness],
          },
        },
        { match: { description: { query: words.join(' '), operator: 'and', boost: 0.2 } } },
        ...codes.map((field) => ({ term: { [field]: { value: words.join(' '), boost: 20 } } })),
      ],
    },
  }
}

/**
 * What comes first: the words in what is sold rather than in what it is made for, in the name as they were typed rather
 * than by their stems, in their order.
 */
export function preferring(q: string, synonyms = NO_SYNONYMS): Clause[] {
  const words = wordsOfGoods(q)
  const units = unitsOf(tellingWords(q), synonyms)
  if (units.length === 0) return []
  const query = words.join(' ')
  const inHead = units.map((unit) => anyOf(unit, inField('name.head')))
  return [
    { bool: { should: inHead, boost: 2 } },
    { bool: { must: inHead, boost: 4 } },
    { match: { 'brand.words': { query, boost: 2 } } },
    { match: { 'category.names': { query, boost: 1 } } },
    { match: { 'name.head_exact': { query, operator: 'and', boost: 3 } } },
    { match: { name: { query, operator: 'and', boost: 1 } } },
    { match_phrase: { name: { query, slop: 2, boost: 2 } } },
  ]
}

const codes = ['vendorCode', 'model', 'barcodes'] as const

type Leaf = (word: string, boost: number) => Clause

/** The unit as it was typed, or less gladly what means the same. */
const anyOf = ({ words, alternatives }: Unit, leaf: Leaf): Clause => ({
  dis_max: {
    queries: [
      every(words, leaf, 1),
      ...alternatives.map((alternative) => every(tellingWords(alternative), leaf, 0.7)),
    ],
  },
})

const every = (words: readonly string[], leaf: Leaf, boost: number): Clause =>
  words.length === 1
    ? leaf(words[0]!, boost)
    : { bool: { must: words.map((word) => leaf(word, 1)), boost: boost / words.length } }

/** Parts of a word such as `iphone15` stand side by side in what it finds. */
const anywhere: Leaf = (typed, boost) => {
  const alike = lookingAlike(typed)
  return {
    dis_max: {
      boost,
      queries: [typed, ...(alike ? [alike] : [])].flatMap((word) => [
        { match_phrase: { everything: word } },
        { match_phrase: { words: { query: word, boost: 1.2 } } },
        { match_phrase: { details: { query: word, boost: 0.3 } } },
        ...(hasDigit(word) ? [{ term: { codes: { value: joined(word), boost: 2 } } }] : []),
      ]),
    },
  }
}

const inField =
  (field: string): Leaf =>
  (word, boost) => ({ match_phrase: { [field]: { query: word, boost } } })
