import type { RedisLike } from './script.ts'

/** What processes are told. */
export const CHANNEL = 'yarmarka:invalidations'

/** As it is published, once per bucket. */
export type Told = {
  bucket: number
  /** Which of the bucket's invalidations it is, counted from 1. */
  count: number
  /** When the change was made that waited longest, and until when touched pages may show; ms since 1970. */
  changedAt: number
  showUntil: number
  /** By hash: the pages that were dropped and touched, `{}` for none (Lua tells no empty list from an empty table); `null` is all. */
  scopes: Record<string, [dropped: Names, touched: Names] | null>
  /** All pages of these kinds. */
  all?: readonly string[]
}
type Names = string[] | Record<string, never>

export type Invalidation = {
  changedAt: number
  showUntil: number
  scopes: { hash: string; pages: NamedPages }[]
  all: readonly string[]
}

/** Of one scope. */
export type NamedPages = { dropped: string[]; touched: string[] } | 'all'

export type InvalidationListener = {
  onInvalidation(invalidation: Invalidation): void
  /** Something was missed, or may have been: what is in memory is to be doubted. */
  onGap(): void
}

/**
 * Follows what is published, on a connection of its own. Each bucket counts its invalidations: a count that is left out, or
 * a connection that was lost, is a gap.
 */
export function followInvalidations(
  subscriber: RedisLike,
  { onInvalidation, onGap }: InvalidationListener,
): void {
  const counts = new Map<number, number>()
  let following = false

  const lost = () => {
    if (!following) return
    following = false
    counts.clear()
    onGap()
  }
  const subscribe = async () => {
    try {
      await subscriber.subscribe(CHANNEL)
      // Whatever was published before is not known.
      onGap()
      following = true
    } catch {
      // The next connection tries again.
    }
  }
  subscriber.on('message', (_channel: string, text: string) => {
    const told = read(text)
    // What cannot be read, of another version or of nobody of ours, may have been an invalidation.
    if (!told) return onGap()
    const last = counts.get(told.bucket)
    counts.set(told.bucket, told.count)
    if (last !== undefined && told.count !== last + 1) onGap()
    onInvalidation({
      changedAt: told.changedAt,
      showUntil: told.showUntil,
      scopes: Object.entries(told.scopes).map(([hash, pages]) => ({
        hash,
        pages: pages ? { dropped: listed(pages[0]), touched: listed(pages[1]) } : 'all',
      })),
      all: told.all ?? [],
    })
  })
  subscriber.on('ready', () => void subscribe())
  for (const event of ['close', 'end']) subscriber.on(event, lost)
  if (subscriber.status === 'ready') void subscribe()
}

function read(text: string): Told | undefined {
  try {
    const told = JSON.parse(text) as Partial<Told> | null
    return told?.scopes && typeof told.count === 'number' ? (told as Told) : undefined
  } catch {
    return undefined
  }
}

const listed = (names: Names): string[] => (Array.isArray(names) ? names : [])
