import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  ContinueAsNew,
  continueAsNew,
  isCancellation,
  patched,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow'
import type { ReindexingActivities } from '../../activities/storefront/reindexing.ts'
import {
  pauseReindex,
  ReindexNotThere,
  reindexProgress,
  resumeReindex,
  rollBackReindex,
  type ReindexCatalogInput,
  type ReindexCatalogResult,
  type ReindexState,
} from '../../contracts/storefront.ts'
import { etaSeconds, isFilling, perSecond } from '../../domain/storefront/eta.ts'
import * as policies from '../policies.ts'
import { beginWarmUp } from './begin-warm-up.ts'

const { backfillPages, verifyParity } = proxyActivities<ReindexingActivities>(policies.long)
const { openReindex, recordReindexState, swapIndices, rollBackSwap, closeWindow, abandonReindex } =
  proxyActivities<ReindexingActivities>(policies.mustLandOrLetGo)
const { dropListings } = proxyActivities<ReindexingActivities>(policies.optional)

/**
 * Builds the search index anew beside the one that is searched, and swaps them when PostgreSQL says that nothing is
 * missing. Live changes go to both, before and after, so that one call leads back while the rollback window is open. It
 * can be paused until it is filled and cancelled until the swap; cancelled or failed, it leaves nothing behind. A
 * cancellation that comes while they are swapped is too late, and the window stays open.
 */
export async function reindexCatalog({
  reindexId,
  paused = false,
  pace,
}: ReindexCatalogInput): Promise<ReindexCatalogResult> {
  const key = { reindexId }
  let state: ReindexState = pace ? 'backfilling' : 'queued'
  let rollbackMinutes = 0
  let isRollbackAsked = false

  setHandler(reindexProgress, () => ({
    state,
    documents: { done: pace?.done ?? 0, total: Math.max(pace?.done ?? 0, pace?.total ?? 0) },
    perSecond: pace ? perSecond(pace) : null,
    etaSeconds: pace && isFilling(state) ? etaSeconds(pace) : null,
  }))
  setHandler(pauseReindex, () => void (paused = true), {
    validator: () => onlyIf(state === 'queued' || state === 'backfilling'),
  })
  setHandler(resumeReindex, () => void (paused = false), { validator: () => onlyIf(paused) })
  setHandler(
    rollBackReindex,
    async () => {
      isRollbackAsked = true
      await CancellationScope.nonCancellable(() => condition(() => state !== 'live'))
      onlyIf(state === 'rolled-back')
    },
    { validator: () => onlyIf(state === 'live') },
  )

  try {
    await openReindex(key)
    const parity = await fill()
    if (parity === 'differs') return await abandon('failed', 'parity')
    if (wasCancelled()) return await abandon('cancelled')
    rollbackMinutes = (await CancellationScope.nonCancellable(() => swapIndices(key)))
      .rollbackMinutes
  } catch (error) {
    if (error instanceof ContinueAsNew) throw error
    if (isCancellation(error) || wasCancelledBeforeItFailed()) return abandon('cancelled')
    await abandon('failed', 'internal')
    throw error
  }
  const wasCancelledTooLate = wasCancelled()
  state = 'live'
  await CancellationScope.nonCancellable(invalidate)
  if (patched('reindexCatalog/warm-up')) await CancellationScope.nonCancellable(beginWarmUp)
  const end = await (wasCancelledTooLate
    ? CancellationScope.nonCancellable(untilWindowCloses)
    : untilWindowCloses())
  state = end
  await CancellationScope.nonCancellable(() => condition(allHandlersFinished))
  return { state: end }

  /** Fills the index and proves it; one that Elasticsearch lost meanwhile is filled again. */
  async function fill(): Promise<'equal' | 'differs'> {
    for (;;) {
      await backfill()
      state = 'verifying'
      await recordReindexState({ ...key, state })
      const parity = await verifyParity(key)
      if (parity !== 'lost') return parity
      await recordReindexState({ ...key, state: 'backfilling' })
    }
  }

  async function backfill(): Promise<void> {
    for (;;) {
      if (paused) await pause()
      state = 'backfilling'
      const shift = await backfillPages(key)
      pace = shift.pace
      if (shift.ended && !paused) return
      if (workflowInfo().continueAsNewSuggested) {
        await condition(allHandlersFinished)
        await continueAsNew<typeof reindexCatalog>({ reindexId, paused, pace })
      }
    }
  }

  async function pause(): Promise<void> {
    state = 'paused'
    await recordReindexState({ ...key, state })
    await condition(() => !paused)
    await recordReindexState({ ...key, state: 'backfilling' })
  }

  async function abandon(
    end: 'cancelled' | 'failed',
    problem?: string,
  ): Promise<ReindexCatalogResult> {
    await CancellationScope.nonCancellable(() =>
      abandonReindex({ ...key, state: end, ...(problem ? { problem } : {}) }),
    )
    state = end
    return { state: end }
  }

  /** Listings are read from PostgreSQL and do not depend on the index: without Redis, the swap is as good. */
  async function invalidate(): Promise<void> {
    try {
      await dropListings()
    } catch (error) {
      if (isCancellation(error)) throw error
    }
  }

  /** Cancelled, it closes at once; who had cancelled before the swap was over did not ask for that. */
  async function untilWindowCloses(): Promise<ReindexCatalogResult['state']> {
    try {
      if (rollbackMinutes > 0) await condition(() => isRollbackAsked, `${rollbackMinutes} minutes`)
    } catch (error) {
      if (!isCancellation(error)) throw error
    }
    return CancellationScope.nonCancellable(() =>
      isRollbackAsked ? rollBackSwap(key) : closeWindow(key),
    )
  }
}

const wasCancelled = () =>
  CancellationScope.current().consideredCancelled && patched('reindexCatalog/cancelled-too-late')

const wasCancelledBeforeItFailed = () =>
  CancellationScope.current().consideredCancelled &&
  patched('reindexCatalog/cancelled-before-it-failed')

function onlyIf(is: boolean): void {
  if (!is) throw ApplicationFailure.nonRetryable('Not in this state', ReindexNotThere)
}
