import { ApplicationFailure } from '@temporalio/activity'
import { tolerateUnknownFields } from '../../clients/elasticsearch/indices.ts'
import { deleteIndex, pointAlias } from '../../clients/elasticsearch/swap-alias.ts'
import { listOpenWindows, updateReindex, type Reindex } from '../../db/storefront/reindexes.ts'
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
  await pointAlias(elasticsearch, index.alias, built.indexName)
  await system.transaction().execute(async (trx) => {
    await putLive(trx, { liveId: built.id, retiredId: live.id })
    await updateReindex(trx, reindex.id, {
      ...{ state: 'live', previousId: live.id, liveAt: new Date() },
    })
  })
}

/**
 * Lets searches read again what they read before, and drops what was built. Harmless when repeated.
 * @returns whether there was a way back
 */
export async function swapBack(deps: BuildDeps, reindex: Reindex): Promise<boolean> {
  const { system, elasticsearch, index } = deps
  const built = await findGeneration(system, reindex.generationId ?? '0')
  const previous = await findGeneration(system, reindex.previousId ?? '0')
  if (!built || !previous) return false
  if (reindex.state === 'live' && previous.state === 'retired') {
    if (!(await elasticsearch.indices.exists({ index: previous.indexName }))) return false
    await pointAlias(elasticsearch, index.alias, previous.indexName)
    await system.transaction().execute(async (trx) => {
      await putLive(trx, { liveId: previous.id, retiredId: built.id })
      await endGeneration(trx, built.id, 'dropped')
      await updateReindex(trx, reindex.id, { state: 'rolled-back', finishedAt: new Date() })
    })
  } else if (reindex.state !== 'rolled-back') return false
  await deleteIndex(elasticsearch, built.indexName)
  return true
}

/** Gives up the way back: what was searched before is dropped. Harmless when repeated. */
export async function closeRollbackWindow(deps: BuildDeps, reindex: Reindex): Promise<void> {
  const { system, elasticsearch } = deps
  const previous = await findGeneration(system, reindex.previousId ?? '0')
  await system.transaction().execute(async (trx) => {
    if (previous) await endGeneration(trx, previous.id, 'dropped')
    if (reindex.state === 'live')
      await updateReindex(trx, reindex.id, { state: 'completed', finishedAt: new Date() })
  })
  if (previous) await deleteIndex(elasticsearch, previous.indexName)
}

/** A new reindex leads no further back than to what is searched when it begins: there are never more than three indices. */
export async function closeOpenWindows(deps: BuildDeps): Promise<void> {
  for (const reindex of await listOpenWindows(deps.system)) await closeRollbackWindow(deps, reindex)
}
