import { LRUCache } from 'lru-cache'
import type { FoundDocument } from '../../domain/storefront/search-answer.ts'
import {
  toCandidate,
  type Candidate,
  type Candidates,
  type SuggestQuestion,
} from '../../domain/storefront/suggested-goods.ts'

export type CandidateList = Candidates & {
  /** Whether asking for more would give no more. */
  isWide: boolean
  /** From then on whoever uses it has it asked for again; ms since 1970, as is `hardAt`. */
  renewAt: number
  hardAt: number
}

export type CandidateLists = {
  find(question: SuggestQuestion): CandidateList | undefined
  /** Instead of what was kept for the same question. */
  keep(list: Omit<CandidateList, 'candidates'>, goods: readonly FoundDocument[]): CandidateList
  /** Different goods in all lists. */
  readonly goods: number
}

/** In some 25 MB: measured in the heap, 1.6 KB each as the bench has them, 2.3 KB with an address and four pictures. */
const MOST_GOODS = 12_000

/** Of lists, which may be of the same goods or of none. */
const MOST_LIST_BYTES = 4 * 1024 * 1024
/** Of a list, besides its name and a pointer for each good: objects, texts, map and list links. */
const OVERHEAD_BYTES = 500

/** The lists that were used last; a good is kept once for all of them that have it with the same content. */
export function createCandidateLists({ mostGoods = MOST_GOODS } = {}): CandidateLists {
  const shared = new Map<string, { candidate: Candidate; lists: number }>()
  const lists = new LRUCache<string, CandidateList>({
    maxSize: MOST_LIST_BYTES,
    sizeCalculation: ({ candidates }, key) =>
      OVERHEAD_BYTES + 2 * key.length + 8 * candidates.length,
    dispose: ({ candidates }) => candidates.forEach(giveBack),
  })

  function take(good: FoundDocument): Candidate {
    const key = contentKey(good)
    const known = shared.get(key) ?? { candidate: toCandidate(good), lists: 0 }
    known.lists++
    shared.set(key, known)
    return known.candidate
  }

  function giveBack({ good }: Candidate): void {
    const key = contentKey(good)
    const known = shared.get(key)
    if (known && --known.lists === 0) shared.delete(key)
  }

  return {
    find: (question) => lists.get(questionKey(question)),
    keep(found, goods) {
      const list = { ...found, candidates: goods.map(take) }
      lists.set(questionKey(found.question), list)
      while (shared.size > mostGoods) lists.pop()
      return list
    },
    get goods() {
      return shared.size
    },
  }
}

export const questionKey = ({ q, city }: SuggestQuestion) => `${city ?? ''} ${q}`
const contentKey = ({ id, contentHash }: FoundDocument) => `${id} ${contentHash}`
