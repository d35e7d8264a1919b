import { z } from '@hono/zod-openapi'
import type { SynonymRow } from '../../db/storefront/synonyms.ts'
import {
  findClash,
  MOST_MEANT,
  MOST_TERMS,
  termFlaws,
  type Clash,
  type TermFlaw,
} from '../../domain/storefront/text-query/synonym-group.ts'
import {
  LONGEST_TERM,
  MOST_ALTERNATIVES,
  type SynonymGroup,
} from '../../domain/storefront/text-query/synonyms.ts'
import type { Text } from '../language.ts'
import { text } from '../orders/order-fields.ts'
import { Problem } from '../problem.ts'

const MOST_LETTERS = 60

export const Word = text(MOST_LETTERS).openapi({
  description: 'In any of its forms; of more words all must be in one term',
  example: 'смартфоны',
})
const Term = text(MOST_LETTERS)

const terms = z
  .array(Term)
  .min(1)
  .max(MOST_TERMS)
  .openapi({
    description: `What buyers type, in any of its forms; ${LONGEST_TERM} words each at most`,
    example: ['смартфон', 'мобильный телефон', 'мобильник'],
  })
const means = z.array(Term).max(MOST_MEANT).openapi({
  description:
    'What the terms find as well, and not the other way round. Empty: the terms mean each other',
  example: [],
})

export const NewSynonymGroup = z
  .strictObject({ terms, means: means.default([]) })
  .openapi('NewSynonymGroup')

export const SynonymGroupView = z
  .object({ id: z.string(), terms: z.array(z.string()), means: z.array(z.string()) })
  .openapi('SynonymGroup', {
    example: { id: '7', terms: ['смартфон', 'мобильный телефон', 'мобильник'], means: [] },
  })

/** @throws {Problem} 400 naming each term that search would not use */
export function requireUsable(group: SynonymGroup): void {
  const errors = termFlaws(group).map(({ list, at, flaw }) => ({
    path: `${list}.${at}`,
    message: FLAWS[flaw],
  }))
  if (group.terms.length + group.means.length < 2) errors.push({ path: 'terms', message: ALONE })
  if (errors.length > 0) throw new Problem('validation-failed', { errors })
}

/** @throws {Problem} 409 naming the term whose pair is kept by another group, or that means too much with it */
export function requireNew(group: SynonymGroup, others: readonly SynonymRow[]): void {
  const clash = findClash(group, others)
  if (!clash) return
  const message = tell(clash, group.terms[clash.at]!)
  throw new Problem('conflict', {
    ...{ detail: message, errors: [{ path: `terms.${clash.at}`, message }] },
    ...(clash.kind === 'pair-exists' && { extensions: { synonymId: clash.groupId } }),
  })
}

const FLAWS: Record<TermFlaw['flaw'], Text> = {
  wordless: { ru: 'нет ни одного слова, по которому ищут', en: 'has no word to search by' },
  long: { ru: `не больше ${LONGEST_TERM} слов`, en: `at most ${LONGEST_TERM} words` },
  repeated: { ru: 'повторяется, хотя бы в другой форме', en: 'is repeated, if in another form' },
}
const ALONE: Text = {
  ru: 'нужен ещё один синоним или то, что он значит',
  en: 'one more term, or what it means, is needed',
}

function tell(clash: Clash, term: string): Text {
  switch (clash.kind) {
    case 'pair-exists':
      return {
        ru: `«${term}» уже находит «${clash.other}».`,
        en: `“${term}” finds “${clash.other}” already.`,
      }
    case 'means-too-much':
      return {
        ru: `У «${term}» стало бы больше ${MOST_ALTERNATIVES} значений во всех группах вместе.`,
        en: `“${term}” would mean more than ${MOST_ALTERNATIVES} others in all groups together.`,
      }
  }
}
