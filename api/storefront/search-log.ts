import { metrics } from '@opentelemetry/api'
import type { Kysely } from 'kysely'
import type { Logger } from '../../clients/logger.ts'
import type { Database } from '../../db/database.ts'
import { addSearchCounts, type SearchCount } from '../../db/storefront/search-counts.ts'
import { loggedQuery } from '../../domain/storefront/logged-query.ts'
import { firstTimes } from './first-times.ts'

/** A search as it was answered. */
export type Search = {
  q: string
  city?: string | undefined
  total: number
  /** What was answered, when it is not what was typed. */
  correctedQuery?: string | undefined
  /** Who searched, unless anything was chosen besides the words; not kept. */
  caller?: string | undefined
  tookMs: number
}

export type SearchLog = {
  /** Counts a search; whoever searches never waits for it. */
  note(search: Search): void
  /** Writes what was counted; what could not be written is counted with the next. */
  flush(): Promise<void>
  /** Writes for the last time. */
  close(): Promise<void>
}

/** A buyer notices. */
const SLOW_MS = 500
const FLUSH_EVERY_MS = 10_000
/** Texts between two writes; more of them are counted as one, so that neither memory nor table grows with made-up words. */
const MOST_TEXTS = 500

/**
 * Counts searches in memory and adds them to PostgreSQL every ten seconds, so that a crash loses so much at most; for
 * OpenTelemetry at once, and without their words.
 */
export function createSearchLog({
  storefront,
  log,
}: {
  storefront: Kysely<Database>
  log: Pick<Logger, 'warn'>
}): SearchLog {
  let counts = new Map<string, SearchCount>()
  const measure = instruments()
  const isFirstTime = firstTimes()

  const flush = async () => {
    if (counts.size === 0) return
    const written = counts
    counts = new Map()
    try {
      await addSearchCounts(storefront, [...written.values()])
    } catch (error) {
      for (const count of written.values()) add(counts, count)
      log.warn({ err: error }, 'searches not counted yet')
    }
  }
  const timer = setInterval(() => void flush(), FLUSH_EVERY_MS).unref()

  return {
    note(search) {
      measure(search)
      const { city, total, correctedQuery, caller, tookMs } = search
      const text = textOf(search) ?? ''
      const isCaller = caller !== undefined && text !== '' && isFirstTime(caller, text)
      add(counts, {
        text,
        cityId: city ?? '',
        searches: 1,
        zeroResults: total === 0 ? 1 : 0,
        corrected: correctedQuery === undefined ? 0 : 1,
        callers: isCaller ? 1 : 0,
        finders: isCaller && total > 0 ? 1 : 0,
        slow: tookMs > SLOW_MS ? 1 : 0,
        slowestMs: tookMs,
      })
    },
    flush,
    close() {
      clearInterval(timer)
      return flush()
    },
  }
}

function instruments() {
  const meter = metrics.getMeter('yarmarka')
  const searches = meter.createCounter('yarmarka.search.searches', {
    description: 'Searches for words, their first pages, by outcome: found, corrected or nothing',
  })
  const durations = meter.createHistogram('yarmarka.search.duration', {
    description: `How long they took; those above ${SLOW_MS / 1_000} s are the slow ones`,
    unit: 's',
    advice: { explicitBucketBoundaries: SECONDS },
  })
  return (search: Search) => {
    searches.add(1, { outcome: outcomeOf(search) })
    durations.record(search.tookMs / 1_000)
  }
}

/** What is slow has a bound of its own. */
const SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, SLOW_MS / 1_000, 1, 2.5, 5]

function outcomeOf({ total, correctedQuery }: Search): 'found' | 'corrected' | 'nothing' {
  if (total === 0) return 'nothing'
  return correctedQuery === undefined ? 'found' : 'corrected'
}

/** What was answered, unless what was typed may be personal. */
const textOf = ({ q, correctedQuery = q }: Search) => loggedQuery(q) && loggedQuery(correctedQuery)

function add(counts: Map<string, SearchCount>, count: SearchCount): void {
  const keyOf = ({ text, cityId }: SearchCount) => `${cityId} ${text}`
  const own = counts.get(keyOf(count))
  const kept = own || counts.size < MOST_TEXTS ? count : { ...count, text: '' }
  const known = own ?? counts.get(keyOf(kept))
  if (!known) return void counts.set(keyOf(kept), { ...kept })
  known.searches += count.searches
  known.zeroResults += count.zeroResults
  known.corrected += count.corrected
  known.callers += count.callers
  known.finders += count.finders
  known.slow += count.slow
  known.slowestMs = Math.max(known.slowestMs, count.slowestMs)
}
