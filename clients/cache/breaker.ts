export type BreakerOptions = {
  /** Nothing but failures for so long, which one late turn of the event loop does not make … */
  failingMs: number
  /** … and the part is not asked for so long. */
  restMs: number
}

/** Runs what may fail; after repeated failures it is not even tried for a while. */
export type Breaker = {
  attempt<T>(use: () => Promise<T>): Promise<{ value: T } | 'failed'>
  /** Whether it was resting at any time within so long. */
  restedWithin(ms: number): boolean
}

export function createBreaker({ failingMs, restMs }: BreakerOptions): Breaker {
  let failingSince: number | undefined
  let restsUntil = -Infinity
  return {
    async attempt(use) {
      if (performance.now() < restsUntil) return 'failed'
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
    restedWithin: (ms) => performance.now() < restsUntil + ms,
  }
}
