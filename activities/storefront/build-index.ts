import { ApplicationFailure } from '@temporalio/activity'
import type { Client as Elasticsearch } from '@elastic/elasticsearch'
import type { Kysely } from 'kysely'
import { createIndex } from '../../clients/elasticsearch/indices.ts'
import { deleteIndex } from '../../clients/elasticsearch/swap-alias.ts'
import type { Database } from '../../db/database.ts'
import { restartBackfill, updateReindex, type Reindex } from '../../db/storefront/reindexes.ts'
import { registerGeneration, reserveGenerationId } from '../../db/storefront/search-generations.ts'
import {
  endGeneration,
  findGeneration,
  listGenerations,
} from '../../db/storefront/swap-generations.ts'
import { indexName, type SearchIndex } from '../../domain/storefront/search-index.ts'

export type BuildDeps = {
  /** Connected as the role `system`. */
  system: Kysely<Database>
  elasticsearch: Elasticsearch
  index: SearchIndex
}

/** Nobody searches it yet, so it is written as fast as it goes. */
const WHILE_FILLED = { refresh_interval: '-1', auto_expand_replicas: false, number_of_replicas: 0 }

/**
 * Makes the index of a reindex, then puts its generation on record: from there on it takes live changes. The name is
 * kept first, so that a repetition makes the same one and an end at any step leaves none unknown.
 */
export async function beginIndex(deps: BuildDeps, reindex: Reindex): Promise<void> {
  const { system, elasticsearch, index } = deps
  const id = reindex.generationId ?? (await reserveGenerationId(system))
  const generation = { id, indexName: indexName(index, id), schemaVersion: index.version }
  await updateReindex(system, reindex.id, { generationId: id, indexName: generation.indexName })
  await clearAbandoned(deps, id)
  await createIndex(elasticsearch, index, { name: generation.indexName, settings: WHILE_FILLED })
  if (!(await registerGeneration(system, { ...generation, state: 'building' })))
    throw ApplicationFailure.nonRetryable('Another generation is being built', 'GenerationRefused')
}

/** Whether it is still there and takes live changes. */
export async function isBeingBuilt(deps: BuildDeps, reindex: Reindex): Promise<boolean> {
  const { generationId, indexName } = reindex
  if (!generationId || !indexName) return false
  const generation = await findGeneration(deps.system, generationId)
  return (
    generation?.state === 'building' &&
    (await deps.elasticsearch.indices.exists({ index: indexName }))
  )
}

/** In place of one that is lost: another generation, to be filled from the first page on. */
export async function beginAnew(deps: BuildDeps, reindex: Reindex): Promise<void> {
  const { generationId } = reindex
  // An earlier try has come no further than its name.
  if (generationId && !(await findGeneration(deps.system, generationId)))
    return beginIndex(deps, reindex)
  // Given up for taking nothing, its index may still be there.
  if (generationId) await giveUpIndex(deps, generationId)
  await restartBackfill(deps.system, reindex.id)
  await beginIndex(deps, { ...reindex, generationId: null })
}

/** Of a reindex that ended without clearing up: its workflow was terminated. */
async function clearAbandoned(deps: BuildDeps, ownId: string): Promise<void> {
  for (const { id } of await listGenerations(deps.system, 'building'))
    if (id !== ownId) await giveUpIndex(deps, id)
}

/** Takes it from the record and removes it, unless it is searched. */
export async function giveUpIndex(
  { system, elasticsearch, index }: BuildDeps,
  generationId: string,
): Promise<void> {
  await endGeneration(system, generationId, 'failed')
  const generation = await findGeneration(system, generationId)
  // Not on record yet, it may have been made.
  if (!generation || generation.state === 'failed')
    await deleteIndex(elasticsearch, generation?.indexName ?? indexName(index, generationId))
}

/** What was put off while it was filled. */
export async function readyIndex({ elasticsearch, index }: BuildDeps, name: string): Promise<void> {
  const own = Object.keys(WHILE_FILLED).map((setting) => [setting, index.settings[setting] ?? null])
  await elasticsearch.indices.putSettings({ index: name, settings: Object.fromEntries(own) })
}
