/** How often pages were read and how each read ended: `memory`, `redis`, `stale`, or without a page that was there. */
export type Outcomes = Partial<Record<string, number>>

/** Shares of all reads; `null` where nothing was read. */
export type HitRatio = {
  memory: number | null
  redis: number | null
  /** Given away while somebody made it anew, or nobody could. */
  stale: number | null
  /** All three. */
  any: number | null
}

export function hitRatio(kinds: readonly Outcomes[]): HitRatio {
  const count = (...names: string[]) =>
    sum(kinds.flatMap((outcomes) => names.map((name) => outcomes[name] ?? 0)))
  const all = sum(kinds.flatMap((outcomes) => Object.values(outcomes).map((reads) => reads ?? 0)))
  const share = (...names: string[]) => (all === 0 ? null : rounded(count(...names) / all))
  return {
    memory: share('memory'),
    redis: share('redis'),
    stale: share('stale'),
    any: share('memory', 'redis', 'stale'),
  }
}

/**
 * Pages that were invalidated ÷ those that had to be: of those that were made anew since, the ones that looked
 * different. `null` while there is none.
 */
export function overInvalidation({
  remade,
  remadeSame,
}: {
  remade: number
  remadeSame: number
}): number | null {
  const hadToBe = remade - remadeSame
  return hadToBe === 0 ? null : rounded(remade / hadToBe)
}

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0)
const rounded = (ratio: number) => Math.round(ratio * 10_000) / 10_000
