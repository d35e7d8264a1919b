import { LRUCache } from 'lru-cache'
import { metrics } from '@opentelemetry/api'
import type { CachedPage, CacheOutcome, Load, Loaded } from './page-cache.ts'

/** Upper bounds in ms of what is told apart of the staleness; what is above the last has a count of its own. */
export const STALENESS_BOUNDS_MS = [50, 100, 200, 300, 500, 1_000, 2_000, 5_000] as const

/** Tags of pages that were invalidated, to be compared with what takes their place. */
const MOST_TAGS = 5_000

export type CacheCounts = {
  /** By kind and outcome. */
  reads: Record<string, Partial<Record<CacheOutcome, number>>>
  loads: number
  loadsFailed: number
  loading: number
  mostLoading: number
  invalidated: number
  /** Of those that were made anew since: how many, and how many looked the same. */
  remade: number
  remadeSame: number
  /** Invalidations that were missed, or may have been. */
  gaps: number
  /** From the commit to the last time that the page was given away as it was before, by {@link STALENESS_BOUNDS_MS}. */
  stalenessMs: number[]
}

export type CacheMeter = ReturnType<typeof createCacheMeter>

/** Counts what a cache does, for the operators' route and for OpenTelemetry. */
export function createCacheMeter() {
  const counts: CacheCounts = {
    reads: {},
    ...{ loads: 0, loadsFailed: 0, loading: 0, mostLoading: 0 },
    ...{ invalidated: 0, remade: 0, remadeSame: 0, gaps: 0 },
    stalenessMs: Array.from({ length: STALENESS_BOUNDS_MS.length + 1 }, () => 0),
  }
  const tags = new LRUCache<string, string>({ max: MOST_TAGS })
  publish(counts)
  return {
    counts,
    count<Page extends Pick<CachedPage, 'outcome'>>(kind: string, page: Page): Page {
      const reads = (counts.reads[kind] ??= {})
      reads[page.outcome] = (reads[page.outcome] ?? 0) + 1
      return page
    },
    async load(load: Load): Promise<Loaded> {
      counts.loads++
      counts.mostLoading = Math.max(counts.mostLoading, ++counts.loading)
      try {
        return await load()
      } catch (error) {
        counts.loadsFailed++
        throw error
      } finally {
        counts.loading--
      }
    },
    /** A page was dropped or touched that was last given away so long after the change; negative when before it. */
    invalidated(id: string, etag: string, staleMs: number): void {
      counts.invalidated++
      tags.set(id, etag)
      if (staleMs <= 0) return
      const at = STALENESS_BOUNDS_MS.findIndex((bound) => staleMs <= bound)
      const place = at === -1 ? STALENESS_BOUNDS_MS.length : at
      counts.stalenessMs[place] = counts.stalenessMs[place]! + 1
    },
    made(id: string, etag: string): void {
      const before = tags.get(id)
      if (before === undefined) return
      tags.delete(id)
      counts.remade++
      if (before === etag) counts.remadeSame++
    },
    missed(): void {
      counts.gaps++
    },
  }
}

/** As OpenTelemetry sees it; nothing is collected where no reader is. */
function publish(counts: CacheCounts): void {
  const meter = metrics.getMeter('yarmarka')
  meter
    .createObservableCounter('yarmarka.cache.reads', { description: 'Reads, by kind and outcome' })
    .addCallback((result) => {
      for (const [kind, outcomes] of Object.entries(counts.reads))
        for (const [outcome, count] of Object.entries(outcomes))
          result.observe(count, { kind, outcome })
    })
  const observed = {
    'yarmarka.cache.loads': 'loads',
    'yarmarka.cache.loads.failed': 'loadsFailed',
    'yarmarka.cache.invalidated': 'invalidated',
    'yarmarka.cache.remade': 'remade',
    'yarmarka.cache.remade.same': 'remadeSame',
    'yarmarka.cache.gaps': 'gaps',
  } as const
  for (const [name, count] of Object.entries(observed))
    meter.createObservableCounter(name).addCallback((result) => result.observe(counts[count]))
  meter
    .createObservableCounter('yarmarka.cache.staleness', {
      unit: '1',
      description: 'Pages by how long after the commit they were last given away as before',
    })
    .addCallback((result) => {
      for (const [at, count] of counts.stalenessMs.entries())
        result.observe(count, { le: STALENESS_BOUNDS_MS[at] ?? 'inf' })
    })
}
