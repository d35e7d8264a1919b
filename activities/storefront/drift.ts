import { heartbeat } from '@temporalio/activity'
import type { Transaction } from 'kysely'
import type { Invalidator } from '../../clients/cache/invalidator.ts'
import type { Logger } from '../../clients/logger.ts'
import type { CheckDriftResult } from '../../contracts/storefront.ts'
import type { Database } from '../../db/database.ts'
import {
  closeDriftCycle,
  countDrift,
  openDriftCycle,
  updateDriftCycle,
} from '../../db/storefront/drift-cycles.ts'
import type { SearchGenerationRow } from '../../db/storefront/search-generations.ts'
import {
  endGeneration,
  findGeneration,
  listGenerations,
} from '../../db/storefront/swap-generations.ts'
import { heartbeating } from '../heartbeating.ts'
import type { BuildDeps } from './build-index.ts'
import { compareIndex, type Drifted } from './compare-index.ts'
import { comparePages, type ComparePagesDeps } from './compare-pages.ts'
import { ensureLiveIndex } from './ensure-live-index.ts'
import { makingWay, type MakeWay } from './make-way.ts'
import * as meters from './meters.ts'
import { repairIndex, type RepairDeps } from './repair-index.ts'

export type DriftDeps = BuildDeps &
  RepairDeps &
  ComparePagesDeps & {
    invalidator: Pick<Invalidator, 'invalidate'>
    log: Pick<Logger, 'info' | 'warn'>
  }
export type DriftActivities = ReturnType<typeof createDriftActivities>

/** What is on its way for longer is left to the next cycle. */
const PATIENCE_MS = 5_000

type CycleKey = { cycleId: string }

export const createDriftActivities = (deps: DriftDeps) => {
  const { system, elasticsearch, index, invalidator, log } = deps

  return {
    async openDriftCycle({ cycleId }: CycleKey): Promise<void> {
      await openDriftCycle(system, cycleId)
    },

    /** Compares every index that holds everything, and mends it. Repeated, it goes on with what is left to mend. */
    compareSearch: ({ cycleId }: CycleKey): Promise<void> =>
      heartbeating(async () => {
        const makeWay = await makingWay(elasticsearch)
        let unsettledCount = 0
        for (const generation of await listGenerations(system, 'live', 'retired')) {
          if (!(await isThere(generation))) continue
          try {
            unsettledCount += await mendIndex(cycleId, generation, makeWay)
            await updateDriftCycle(system, cycleId, { unsettledCount })
          } catch (error) {
            if (!(await isOver(generation))) throw error
          }
        }
      }),

    /** Compares a sample of the cached listings and cards, and drops those of which a page is stale. */
    compareListings: ({ cycleId }: CycleKey): Promise<void> =>
      heartbeating(async () => {
        const { pages, stale, unsettled } = await comparePages(deps, heartbeat)
        const now = Date.now()
        await invalidator.invalidate(stale, { changedAt: now, showUntil: now })
        await updateDriftCycle(system, cycleId, {
          pageCount: pages,
          stalePageCount: stale.length,
          unsettledPageCount: unsettled,
        })
      }),

    async closeDriftCycle({
      cycleId,
      state,
    }: CycleKey & { state: 'completed' | 'failed' }): Promise<CheckDriftResult> {
      const cycle = await closeDriftCycle(system, cycleId, state)
      const stalePages = cycle.stalePageCount
      const documents = cycle.missingCount + cycle.differentCount + cycle.extraCount
      const result = {
        drifted: documents + stalePages,
        repaired: cycle.repairedCount + stalePages,
        unsettled: cycle.unsettledCount,
      }
      meters.driftCycles.add(1, { state })
      meters.drifted.add(cycle.missingCount, { kind: 'missing' })
      meters.drifted.add(cycle.differentCount, { kind: 'different' })
      meters.drifted.add(cycle.extraCount, { kind: 'extra' })
      meters.drifted.add(stalePages, { kind: 'stale-page' })
      meters.repaired.add(result.repaired)
      const tell = result.drifted > 0 || state === 'failed' ? 'warn' : 'info'
      const { repaired, unsettled } = result
      log[tell]({ cycleId, state, documents, stalePages, repaired, unsettled }, 'drift')
      return result
    },
  }

  /** @returns of how many documents nothing was proven */
  async function mendIndex(
    cycleId: string,
    { indexName, schemaVersion, state }: SearchGenerationRow,
    makeWay: MakeWay,
  ): Promise<number> {
    const compared = {
      ...{ indexName, refusers: [indexName], patienceMs: PATIENCE_MS },
      comparesContent: schemaVersion === index.version,
    }
    const found = await compareIndex(deps, compared, makeWay)
    if (state === 'live')
      await updateDriftCycle(system, cycleId, {
        documentCount: found.documents,
        bucketCount: found.buckets,
        differingBucketCount: found.differingBuckets,
      })
    const repaired = await repairIndex(deps, indexName, found.drifted, {
      makeWay,
      count: (trx, drifted) => countKinds(trx, cycleId, drifted),
    })
    await countDrift(system, cycleId, { repaired })
    return found.unsettled
  }

  /** Its rollback window was closed, perhaps while it was compared. */
  async function isOver({ id }: SearchGenerationRow): Promise<boolean> {
    const state = (await findGeneration(system, id))?.state
    return state !== 'live' && state !== 'retired'
  }

  /** A lost live index is made anew, and the projection fills it; to a lost retired one there is no way back. */
  async function isThere({ id, indexName, state }: SearchGenerationRow): Promise<boolean> {
    if (await elasticsearch.indices.exists({ index: indexName })) return true
    log.warn({ index: indexName, state }, 'Elasticsearch has lost an index')
    if (state === 'live') await ensureLiveIndex(deps)
    else await endGeneration(system, id, 'dropped')
    return false
  }
}

async function countKinds(
  trx: Transaction<Database>,
  cycleId: string,
  drifted: readonly Drifted[],
): Promise<void> {
  const counts = { missing: 0, different: 0, extra: 0 }
  for (const { kind } of drifted) counts[kind]++
  await countDrift(trx, cycleId, counts)
}
