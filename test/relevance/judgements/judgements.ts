import { createHash } from 'node:crypto'
import { asTyped } from './as-typed.ts'
import { KINDS, type Judgement } from './judgement.ts'
import { names } from './names.ts'
import { severalWords } from './several-words.ts'
import { words } from './words.ts'

const all: readonly Judgement[] = [...words, ...asTyped, ...names, ...severalWords]

/**
 * Half of each kind is held out: it is looked at only to tell how good search is, never to make it better. Which half is
 * decided by the digest of the query, so that nobody chooses.
 */
export const { heldOut, forTuning } = split(all)

function split(judgements: readonly Judgement[]): { heldOut: Judgement[]; forTuning: Judgement[] } {
  const digest = ({ q }: Judgement) => createHash('sha256').update(q).digest('hex')
  const halves = KINDS.map((kind) => {
    const ofKind = judgements
      .filter((judgement) => judgement.kind === kind)
      .toSorted((a, b) => (digest(a) < digest(b) ? -1 : 1))
    const middle = Math.ceil(ofKind.length / 2)
    return { heldOut: ofKind.slice(0, middle), forTuning: ofKind.slice(middle) }
  })
  return {
    heldOut: halves.flatMap((half) => half.heldOut),
    forTuning: halves.flatMap((half) => half.forTuning),
  }
}
