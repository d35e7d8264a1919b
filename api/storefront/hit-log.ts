import type { Kysely } from 'kysely'
import { idOf, type PageKey } from '../../clients/cache/page-key.ts'
import type { Logger } from '../../clients/logger.ts'
import type { Database } from '../../db/database.ts'
import { addPageHits, type PageHits } from '../../db/storefront/page-hits.ts'

export type HitLog = {
  /** Counts a page that was given away; whoever reads it never waits for it. */
  note(key: PageKey): void
  /** Writes what was counted; what could not be written is counted with the next. */
  flush(): Promise<void>
  /** Writes for the last time. */
  close(): Promise<void>
}

const FLUSH_EVERY_MS = 10_000
/** Between two writes. What is beyond them is not counted: whatever is read often is among them, sooner or later. */
const MOST_PAGES = 2_000

/** Counts hits in memory and adds them to PostgreSQL every ten seconds, so that a crash loses so much at most. */
export function createHitLog({
  storefront,
  log,
}: {
  storefront: Kysely<Database>
  log: Pick<Logger, 'warn'>
}): HitLog {
  let counts = new Map<string, PageHits>()

  const add = (key: PageKey, hits: number) => {
    const id = idOf(key)
    const known = counts.get(id)
    if (known) known.hits += hits
    else if (counts.size < MOST_PAGES) counts.set(id, { ...key, hits })
  }
  const flush = async () => {
    if (counts.size === 0) return
    const written = counts
    counts = new Map()
    try {
      await addPageHits(storefront, [...written.values()])
    } catch (error) {
      for (const { hits, ...key } of written.values()) add(key, hits)
      log.warn({ err: error }, 'hits not counted yet')
    }
  }
  const timer = setInterval(() => void flush(), FLUSH_EVERY_MS).unref()

  return {
    note: (key) => add(key, 1),
    flush,
    close() {
      clearInterval(timer)
      return flush()
    },
  }
}
