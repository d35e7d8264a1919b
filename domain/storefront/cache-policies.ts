export type CachePolicy = {
  /** As good as new for so long; 0 is never kept. */
  softMs: number
  /** Then, for so long from the beginning, still answered with while one caller makes it anew. */
  hardMs: number
  /** Then, for so long more, only where making it anew fails. */
  staleOnErrorMs: number
  /** How an invalidation finds it: at once, or not at all, so that the soft time is all there is. */
  invalidated: 'exactly' | 'by-id' | 'no'
  reason: string
}

const SECOND = 1_000
const MINUTE = 60 * SECOND

/** What is kept, and for how long. Times are varied by {@link JITTER}, so that what was made together does not end so. */
export const CACHE_POLICIES = {
  listing: {
    softMs: 2 * MINUTE,
    hardMs: 5 * MINUTE,
    staleOnErrorMs: 10 * MINUTE,
    invalidated: 'exactly',
    reason: 'Dropped within a fraction of a second of a change; the times are the last resort.',
  },
  moving: {
    softMs: 100,
    hardMs: 250,
    staleOnErrorMs: 10 * MINUTE,
    invalidated: 'exactly',
    reason:
      'A page that shows something whose change is still on its way: an invalidation knows before and after, not in between.',
  },
  card: {
    softMs: 30 * SECOND,
    hardMs: 2 * MINUTE,
    staleOnErrorMs: 10 * MINUTE,
    invalidated: 'by-id',
    reason:
      'Dropped when the good changes; its variants are other goods, whose changes show after the soft time.',
  },
  suggestions: {
    softMs: 45 * SECOND,
    hardMs: 45 * SECOND,
    staleOnErrorMs: 10 * MINUTE,
    invalidated: 'no',
    reason:
      'Goods that were found for some letters serve for those that follow, in memory alone; what is gone is not suggested for more than a minute.',
  },
  categories: {
    softMs: MINUTE,
    hardMs: 10 * MINUTE,
    staleOnErrorMs: 60 * MINUTE,
    invalidated: 'no',
    reason: 'The tree grows with imports; a new branch may be a minute late in the menu.',
  },
  cities: {
    softMs: 5 * MINUTE,
    hardMs: 60 * MINUTE,
    staleOnErrorMs: 24 * 60 * MINUTE,
    invalidated: 'no',
    reason: 'They change with a migration.',
  },
  facets: {
    softMs: 0,
    hardMs: 0,
    staleOnErrorMs: 0,
    invalidated: 'no',
    reason:
      'Not kept: chosen filters hardly repeat, and an answer says how late the index is when it is given.',
  },
  'pickup-points': {
    softMs: 10 * MINUTE,
    hardMs: 6 * 60 * MINUTE,
    staleOnErrorMs: 24 * 60 * MINUTE,
    invalidated: 'no',
    reason: 'Carriers publish their points daily; whether one is open is asked again at booking.',
  },
  negative: {
    softMs: SECOND,
    hardMs: SECOND,
    staleOnErrorMs: 0,
    invalidated: 'no',
    reason:
      'An unknown city, category or shop is looked for once a second at most, whatever is made up.',
  },
} satisfies Record<string, CachePolicy>

export type CacheKind = keyof typeof CACHE_POLICIES

/** Of every time, up or down. */
export const JITTER = 0.1

/** Made anew by one caller, while the others are answered, when less than this share of the soft time is left. */
const EARLY = 0.1

export type Lifetime = { refreshAt: number; softAt: number; hardAt: number }

/** The instants of an entry that is made now, in ms; `chance` is in [0, 1). */
export function lifetimeOf(kind: CacheKind, now: number, chance: number): Lifetime {
  const { softMs, hardMs } = CACHE_POLICIES[kind]
  const varied = 1 + JITTER * (2 * chance - 1)
  return {
    refreshAt: Math.round(now + softMs * varied * (1 - EARLY)),
    softAt: Math.round(now + softMs * varied),
    hardAt: Math.round(now + hardMs * varied),
  }
}
