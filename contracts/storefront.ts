import { defineQuery, defineUpdate } from '@temporalio/workflow'

export const storefrontQueue = 'storefront'

/** Where changes are projected to; each sink has its own workflow, so that a stopped one never delays the other. */
export type Sink = 'search' | 'cache'
export const sinks: readonly Sink[] = ['search', 'cache']

export const projectionWorkflowId = (sink: Sink) => `projection:${sink}`

export const projectChanges = 'projectChanges'
export type ProjectChangesInput = { sink: Sink; projected: number }
export type ProjectChanges = (input: ProjectChangesInput) => Promise<void>

/** Documents written since the projection began. */
export const projectedCount = defineQuery<number>('projectedCount')

export const suggestionsWorkflowId = 'suggestions'
export const suggestionsScheduleId = 'suggestions'

export const refreshSuggestions = 'refreshSuggestions'
export type RefreshSuggestions = () => Promise<SuggestionCounts>

/** How many of each kind there are to suggest. */
export type SuggestionCounts = { queries: number; brands: number; categories: number }
/** One per run; what runs is at most one, by the table `reindex`. */
export const reindexWorkflowId = (reindexId: string) => `reindex:${reindexId}`

export const reindexCatalog = 'reindexCatalog'
export type ReindexCatalogInput = {
  reindexId: string
  /** These are carried over when the workflow continues as new, which it does while it fills. */
  paused?: boolean
  pace?: { done: number; total: number; workedMs: number }
}
export type ReindexCatalogResult = {
  state: 'completed' | 'rolled-back' | 'cancelled' | 'failed'
}
export type ReindexCatalog = (input: ReindexCatalogInput) => Promise<ReindexCatalogResult>

/** `live`: what it built is searched, and there is a way back until its rollback window closes. */
export type ReindexState =
  'queued' | 'backfilling' | 'paused' | 'verifying' | 'live' | ReindexCatalogResult['state']

export type ReindexProgress = {
  state: ReindexState
  documents: { done: number; total: number }
  /** `null` while nothing tells how fast it goes. */
  perSecond: number | null
  /** Until it is filled; `null` unless it is being filled, or pauses. */
  etaSeconds: number | null
}
export const reindexProgress = defineQuery<ReindexProgress>('reindexProgress')

/** Stops at the next committed position. Refused with `ReindexNotThere` when nothing is being filled. */
export const pauseReindex = defineUpdate<void>('pauseReindex')
/** Refused with `ReindexNotThere` when it does not pause. */
export const resumeReindex = defineUpdate<void>('resumeReindex')
/** Done when the index of before is searched again. Refused with `ReindexNotThere` when there is no way back. */
export const rollBackReindex = defineUpdate<void>('rollBackReindex')
export const ReindexNotThere = 'ReindexNotThere'

export const driftWorkflowId = (cycleId: string) => `drift:${cycleId}`
export const driftScheduleId = 'drift'

export const checkDrift = 'checkDrift'
/** Without an id one is made: that is how the Schedule starts it. */
export type CheckDriftInput = { cycleId?: string }
export type CheckDriftResult = {
  /** Documents of the search index and pages of the cache that were not what PostgreSQL says. */
  drifted: number
  repaired: number
  /** Documents that were on their way for as long as they were looked at: of these nothing is known. */
  unsettled: number
}
export type CheckDrift = (input: CheckDriftInput) => Promise<CheckDriftResult>

/** One at a time, whoever starts it. */
export const warmUpWorkflowId = 'warm-up'
export const warmUpScheduleId = 'warm-up'

export const warmCache = 'warmCache'
export type WarmCacheInput = {
  /** Pages of each city, and as many without a city. */
  perCity?: number
  /** Carried over when the workflow continues as new. */
  position?: WarmUpPosition
}
export type WarmCache = (input: WarmCacheInput) => Promise<WarmUpPosition>

/** How far a warm-up is: pages that are done, of `total`; those that it made, those that were there, and its waits. */
export type WarmUpPosition = {
  done: number
  total: number
  made: number
  alreadyThere: number
  yieldedMs: number
}
export type WarmUpShift = { position: WarmUpPosition; ended: boolean }
export type WarmUpState = 'running' | 'completed' | 'cancelled' | 'failed'
export type WarmUpProgress = WarmUpPosition & { state: WarmUpState }
export const warmUpProgress = defineQuery<WarmUpProgress>('warmUpProgress')

/** A Schedule puts its time behind the id of what it starts: this one has the warm-up started under its own. */
export const keepCacheWarm = 'keepCacheWarm'
export type KeepCacheWarm = () => Promise<void>

export const popularityWorkflowId = 'popularity'
export const popularityScheduleId = 'popularity'

export const rankGoods = 'rankGoods'
export type RankGoodsResult = {
  /** Shop products that are listed by another popularity now. */
  changed: number
  /** Hits of days that no longer count. */
  forgotten: number
}
export type RankGoods = () => Promise<RankGoodsResult>
