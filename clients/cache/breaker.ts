export type BreakerOptions = {
  /** Nothing but failures for so long, which one late turn of the event loop does not make … */
  failingMs: number
  /** … and the part is not asked for so long. */
  restMs: number
  /** Whether it is known not to be there, so that asking is of no use. */
  isAway?: () => boolean
}

/** Runs what may fail; after repeated failures it is not even tried for a while. */
export type Breaker = {
  attempt<T>(use: () => Promise<T>): Promise<{ value: T } | 'failed'>
  /** Whether it was resting at any time within so long. */
  restedWithin(ms: number): boolean
}

/** What is away is tried again so long after it was last seen to be. */
const AWAY_MS = 100

export function createBreaker({
  failingMs,
  restMs,
  isAway = () => false,
}: BreakerOptions): Breaker {
  let failingSince: number | undefined
  let restsUntil = -Infinity
  const restsAt = (now: number) => {
    if (isAway()) restsUntil = Math.max(restsUntil, now + AWAY_MS)
    return now < restsUntil
  }
  return {
    async attempt(use) {
      if (restsAt(performance.now())) return 'failed'
      try {
        const value = await use()
        failingSince = undefined
        return { value }
      } catch {
        const now = performance.now()
        failingSince ??= now
        if (now - failingSince >= failingMs) restsUntil = now + restMs
        return 'failed'
      }
    },
    restedWithin(ms) {
      const now = performance.now()
      return restsAt(now) || now < restsUntil + ms
    },
  }
}
