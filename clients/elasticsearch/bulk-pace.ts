/** How much is asked of Elasticsearch at a time. */
export type BulkPace = {
  /** Of one request's body; a single document may be larger. */
  bytes: number
  /** Requests at the same time; the whole part counts. */
  concurrency: number
}

/** How a request went: `slow` and `quick` were taken; `refused` means too much at once (429, 5xx), `unanswered` silence. */
export type BulkPassage = 'quick' | 'slow' | 'refused' | 'unanswered'

const LEAST: BulkPace = { bytes: 64 * 1024, concurrency: 1 }
const MOST: BulkPace = { bytes: 5 * 1024 ** 2, concurrency: 4 }
export const MOST_AT_ONCE = MOST.concurrency
const STEP: BulkPace = { bytes: 128 * 1024, concurrency: 0.25 }

/** An answer within it leaves room for more. */
const QUICK_MS = 500

export const FIRST_PACE: BulkPace = { bytes: 1024 ** 2, concurrency: 2 }

export const passageOf = (tookMs: number): BulkPassage => (tookMs <= QUICK_MS ? 'quick' : 'slow')

/** Additive increase, multiplicative decrease: a little more after each quick answer, half of it after a refusal or silence. */
export function nextPace({ bytes, concurrency }: BulkPace, passage: BulkPassage): BulkPace {
  switch (passage) {
    case 'quick':
      return within({ bytes: bytes + STEP.bytes, concurrency: concurrency + STEP.concurrency })
    case 'slow':
      return within({ bytes: bytes / 2, concurrency })
    case 'refused':
    case 'unanswered':
      return within({ bytes: bytes / 2, concurrency: concurrency / 2 })
  }
}

const within = ({ bytes, concurrency }: BulkPace): BulkPace => ({
  bytes: Math.min(MOST.bytes, Math.max(LEAST.bytes, Math.round(bytes))),
  concurrency: Math.min(MOST.concurrency, Math.max(LEAST.concurrency, concurrency)),
})
