import { ApplicationFailure } from '@temporalio/activity'
import { tolerateUnknownFields } from '../../clients/elasticsearch/indices.ts'
import { deleteIndex, pointAlias } from '../../clients/elasticsearch/swap-alias.ts'
import {
  completeReindex,
  listOpenWindows,
  lockReindex,
  updateReindex,
  type Reindex,
} from '../../db/storefront/reindexes.ts'
import { findLiveGeneration } from '../../db/storefront/search-generations.ts'
import { endGeneration, findGeneration, putLive } from '../../db/storefront/swap-generations.ts'
import { isBeingBuilt, type BuildDeps } from './build-index.ts'

/** Lets searches read what was built; what they read before goes on taking live changes. Harmless when repeated. */
export async function swapForth(deps: BuildDeps, reindex: Reindex): Promise<void> {
  const { system, elasticsearch, index } = deps
  if (reindex.state === 'live') return
  const live = await findLiveGeneration(system)
  const built = await findGeneration(system, reindex.generationId ?? '0')
  if (!live || !built || !(await isBeingBuilt(deps, reindex)))
    throw ApplicationFailure.nonRetryable('There is nothing to swap', 'GenerationRefused')

  if (live.schemaVersion !== built.schemaVersion)
    await tolerateUnknownFields(elasticsearch, live.indexName)
  // What both were given last is found in both.
  await elasticsearch.indices.refresh({ index: built.indexName })
  await system.transaction().execute(async (trx) => {
    // From here on it is not let go, so that searches are led to no index that takes no changes.
    await putLive(trx, { liveId: built.id, retiredId: live.id })
    await pointAlias(elasticsearch, index.alias, built.indexName)
    await updateReindex(trx, reindex.id, {
      ...{ state: 'live', previousId: live.id, liveAt: new Date() },
    })
  })
}

/**
 * Lets searches read again what they read before, and drops what was built. Harmless when repeated.
 * @returns whether there was a way back
 */
export async function swapBack(deps: BuildDeps, reindexId: string): Promise<boolean> {
  const { system, elasticsearch, index } = deps
  const { state, generationId } = await system.transaction().execute(async (trx) => {
    // The lock keeps the window from being closed meanwhile.
    const reindex = await lockReindex(trx, reindexId)
    const previous = await findGeneration(trx, reindex.previousId ?? '0')
    const isOpen = reindex.state === 'live' && previous?.state === 'retired'
    if (!isOpen || !(await elasticsearch.indices.exists({ index: previous.indexName })))
      return reindex
    await pointAlias(elasticsearch, index.alias, previous.indexName)
    await putLive(trx, { liveId: previous.id, retiredId: reindex.generationId! })
    await endGeneration(trx, reindex.generationId!, 'dropped')
    await updateReindex(trx, reindexId, { state: 'rolled-back', finishedAt: new Date() })
    return { ...reindex, state: 'rolled-back' as const }
  })
  if (state !== 'rolled-back') return false
  await removeEnded(deps, generationId)
  return true
}

/** Gives up the way back: what was searched before is dropped, and then it is over. Harmless when repeated. */
export async function closeRollbackWindow(deps: BuildDeps, reindexId: string): Promise<void> {
  const previousId = await deps.system.transaction().execute(async (trx) => {
    const { state, previousId } = await lockReindex(trx, reindexId)
    if (state === 'live' && previousId) await endGeneration(trx, previousId, 'dropped')
    return previousId
  })
  await removeEnded(deps, previousId)
  await completeReindex(deps.system, reindexId)
}

/** Removes the index of a generation that is over, and of no other. */
async function removeEnded(
  { system, elasticsearch }: BuildDeps,
  generationId: string | null,
): Promise<void> {
  const generation = await findGeneration(system, generationId ?? '0')
  if (generation?.state === 'dropped' || generation?.state === 'failed')
    await deleteIndex(elasticsearch, generation.indexName)
}

/** A new reindex leads no further back than to what is searched when it begins: there are never more than three indices. */
export async function closeOpenWindows(deps: BuildDeps): Promise<void> {
  for (const { id } of await listOpenWindows(deps.system)) await closeRollbackWindow(deps, id)
}
