export type CoolDownOptions = {
  /** So many failures in a row … */
  failures: number
  /** … and the part is not asked for so long. */
  restMs: number
}

/** Runs what may fail; after repeated failures it is not even tried for a while. Gives `undefined` instead of an error. */
export type CoolDown = <T>(use: () => Promise<T>) => Promise<T | undefined>

export function createCoolDown({ failures, restMs }: CoolDownOptions): CoolDown {
  let failed = 0
  let restsUntil = 0
  return async (use) => {
    if (performance.now() < restsUntil) return undefined
    try {
      const result = await use()
      failed = 0
      return result
    } catch {
      failed++
      if (failed >= failures) restsUntil = performance.now() + restMs
      return undefined
    }
  }
}
