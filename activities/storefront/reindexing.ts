import { ApplicationFailure, cancellationSignal } from '@temporalio/activity'
import type { Invalidator } from '../../clients/cache/invalidator.ts'
import type { BulkWriter } from '../../clients/elasticsearch/bulk-writer.ts'
import type { Logger } from '../../clients/logger.ts'
import type { ReindexState } from '../../contracts/storefront.ts'
import {
  AT_WORK,
  commitBackfill,
  countShopProducts,
  getReindex,
  updateAtWork,
  updateReindex,
} from '../../db/storefront/reindexes.ts'
import type { Pace } from '../../domain/storefront/eta.ts'
import { heartbeating } from '../heartbeating.ts'
import {
  beginAnew,
  beginIndex,
  giveUpIndex,
  isBeingBuilt,
  readyIndex,
  type BuildDeps,
} from './build-index.ts'
import { ensureLiveIndex } from './ensure-live-index.ts'
import { fillIndex } from './fill-index.ts'
import { makingWay } from './make-way.ts'
import { proveParity } from './prove-parity.ts'
import { closeOpenWindows, closeRollbackWindow, swapBack, swapForth } from './swap-index.ts'

export type ReindexingDeps = BuildDeps & {
  writer: BulkWriter
  invalidator: Pick<Invalidator, 'dropAll'>
  log: Pick<Logger, 'info' | 'warn'>
  /** How long the parity check waits for what is on its way; otherwise half an hour. */
  patienceMs?: number
}
export type ReindexingActivities = ReturnType<typeof createReindexingActivities>

type ReindexKey = { reindexId: string }

/** One activity fills for so long: a pause waits no longer, and a lost worker loses no more. */
const SHIFT_MS = 5_000

export const createReindexingActivities = (deps: ReindexingDeps) => {
  const { system, writer, log } = deps

  return {
    /** Makes the index and begins; repeated, it goes on with the one that it made. */
    openReindex: ({ reindexId }: ReindexKey): Promise<void> =>
      heartbeating(async () => {
        const reindex = await getReindex(system, reindexId)
        if (!AT_WORK.some((state) => state === reindex.state)) throw over()
        await ensureLiveIndex(deps)
        await closeOpenWindows(deps)
        await beginIndex(deps, reindex)
        const begun = await updateAtWork(system, reindexId, {
          state: 'backfilling',
          startedAt: reindex.startedAt ?? new Date(),
          totalCount: await countShopProducts(system),
        })
        if (begun) return
        await giveUpBuilt(reindexId)
        throw over()
      }),

    /** Fills from the committed position for a while. In place of an index that is lost, another is begun. */
    backfillPages: ({ reindexId }: ReindexKey): Promise<{ ended: boolean; pace: Pace }> =>
      heartbeating(async () => {
        const found = await getReindex(system, reindexId)
        if (!(await isBeingBuilt(deps, found))) await beginAnew(deps, found)
        const reindex = await getReindex(system, reindexId)
        const stopped = cancellationSignal()
        const endsAt = performance.now() + SHIFT_MS
        let countedAt = performance.now()
        const ended = await fillIndex({
          ...{ system, afterId: reindex.afterId },
          write: (operations) => writer.write(reindex.indexName!, operations),
          async commit(done) {
            const now = performance.now()
            await commitBackfill(system, reindex, { ...done, workedMs: now - countedAt })
            countedAt = now
          },
          makeWay: await makingWay(deps.elasticsearch),
          goesOn: () => performance.now() < endsAt && !stopped.aborted,
        })
        const { readCount, totalCount, workedMs } = await getReindex(system, reindexId)
        return {
          ended,
          pace: { done: Number(readCount), total: Number(totalCount), workedMs: Number(workedMs) },
        }
      }),

    async recordReindexState({ reindexId, state }: ReindexKey & { state: ReindexState }) {
      await updateAtWork(system, reindexId, { state })
    },

    /**
     * Compares every document with PostgreSQL and mends what differs, until nothing does and nothing is on its way.
     * @returns `lost` when the index is gone, or was let go: another must be filled
     */
    async verifyParity({ reindexId }: ReindexKey): Promise<'equal' | 'differs' | 'lost'> {
      const reindex = await getReindex(system, reindexId)
      if (!(await isBeingBuilt(deps, reindex))) return 'lost'
      const indexName = reindex.indexName!
      await readyIndex(deps, indexName)
      const parity = await heartbeating(async () =>
        proveParity(deps, indexName, await makingWay(deps.elasticsearch), deps.patienceMs),
      )
      // It may have been let go meanwhile, and then nothing of it is proven.
      if (!(await isBeingBuilt(deps, reindex))) return 'lost'
      await updateReindex(system, reindexId, { parity: JSON.stringify(parity) })
      log.info({ reindexId, ...parity }, 'the new index was compared with PostgreSQL')
      return parity.differing + parity.unsettled === 0 ? 'equal' : 'differs'
    },

    /** @returns how long there shall be a way back */
    async swapIndices({ reindexId }: ReindexKey): Promise<{ rollbackMinutes: number }> {
      const reindex = await getReindex(system, reindexId)
      await swapForth(deps, reindex)
      log.info({ reindexId, index: reindex.indexName }, 'the new index is searched')
      return { rollbackMinutes: reindex.rollbackMinutes }
    },

    async dropListings(): Promise<void> {
      await deps.invalidator.dropAll(['listing'])
    },

    /** @returns `completed` when there was no way back any more */
    async rollBackSwap({ reindexId }: ReindexKey): Promise<'rolled-back' | 'completed'> {
      if (await swapBack(deps, reindexId)) {
        log.warn({ reindexId }, 'the index of before is searched again')
        return 'rolled-back'
      }
      await closeRollbackWindow(deps, reindexId)
      return 'completed'
    },

    async closeWindow({ reindexId }: ReindexKey): Promise<'completed'> {
      await closeRollbackWindow(deps, reindexId)
      return 'completed'
    },

    /** Leaves nothing of what was built. Its end is put on record first: who builds still sees it, and clears up too. */
    async abandonReindex({
      reindexId,
      state,
      problem,
    }: ReindexKey & { state: 'cancelled' | 'failed'; problem?: string }): Promise<void> {
      await updateReindex(system, reindexId, {
        ...{ state, finishedAt: new Date() },
        ...(problem && { problem: JSON.stringify({ code: problem }) }),
      })
      await giveUpBuilt(reindexId)
      log.warn({ reindexId, state, problem }, 'the new index was given up')
    },
  }

  async function giveUpBuilt(reindexId: string): Promise<void> {
    const { state, generationId } = await getReindex(system, reindexId)
    if (generationId && (state === 'cancelled' || state === 'failed'))
      await giveUpIndex(deps, generationId)
  }
}

const over = () => ApplicationFailure.nonRetryable('It is over', 'ReindexOver')
