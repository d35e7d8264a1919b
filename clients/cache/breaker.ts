export type BreakerOptions = {
  /** So many failures in a row … */
  failures: number
  /** … and the part is not asked for so long. */
  restMs: number
}

/** Runs what may fail; after repeated failures it is not even tried for a while. */
export type Breaker = {
  attempt<T>(use: () => Promise<T>): Promise<{ value: T } | 'failed'>
  /** Whether it was resting at any time within so long. */
  restedWithin(ms: number): boolean
}

export function createBreaker({ failures, restMs }: BreakerOptions): Breaker {
  let failed = 0
  let restsUntil = -Infinity
  return {
    async attempt(use) {
      if (performance.now() < restsUntil) return 'failed'
      try {
        const value = await use()
        failed = 0
        return { value }
      } catch {
        failed++
        if (failed >= failures) restsUntil = performance.now() + restMs
        return 'failed'
      }
    },
    restedWithin: (ms) => performance.now() < restsUntil + ms,
  }
}
