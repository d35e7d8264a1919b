import type { Client as Elasticsearch } from '@elastic/elasticsearch'
import type { Kysely } from 'kysely'
import {
  createIndex,
  ensureWriteAlias,
  tolerateUnknownFields,
} from '../../clients/elasticsearch/indices.ts'
import { pointAlias } from '../../clients/elasticsearch/swap-alias.ts'
import type { Database } from '../../db/database.ts'
import { forgetProjected } from '../../db/storefront/forget-projected.ts'
import {
  findLiveGeneration,
  recordSchemaVersion,
  registerGeneration,
  reserveGenerationId,
  type SearchGenerationRow,
} from '../../db/storefront/search-generations.ts'
import { listTargetsOfOtherSchemas } from '../../db/storefront/search-targets.ts'
import { indexName, type SearchIndex } from '../../domain/storefront/search-index.ts'

type Deps = { system: Kysely<Database>; elasticsearch: Elasticsearch; index: SearchIndex }

/**
 * Sees to it that the index which is searched is there: registers the first generation, makes its index, and makes the
 * live index anew, with the schema of this code, when Elasticsearch has lost it. Everything is pending again before an empty
 * index can take a write, so nothing is missing from it in the end. Aliases that somebody took are given back; one that leads
 * elsewhere is left, for a swap may be under way. Indices of another schema are told to bear fields that they do not know.
 * Two at once and an end at any step do no harm.
 */
export async function ensureLiveIndex({ system, elasticsearch, index }: Deps): Promise<void> {
  const live = (await findLiveGeneration(system)) ?? (await registerFirst(system, index))
  const isThere = await elasticsearch.indices.exists({ index: live.indexName })
  if (!isThere) {
    await forgetProjected(system, 'search')
    // Once the index is there, nobody comes here again.
    await recordSchemaVersion(system, live.id, index.version)
    await createIndex(elasticsearch, index, { name: live.indexName, readAs: index.alias })
  }
  if (!isThere || !(await elasticsearch.indices.existsAlias({ name: index.alias })))
    await pointAlias(elasticsearch, index.alias, live.indexName)
  await ensureWriteAlias(elasticsearch, live.indexName)
  for (const older of await listTargetsOfOtherSchemas(system, index.version))
    await tolerateUnknownFields(elasticsearch, older)
}

async function registerFirst(
  system: Kysely<Database>,
  index: SearchIndex,
): Promise<SearchGenerationRow> {
  const id = await reserveGenerationId(system)
  const generation = { id, indexName: indexName(index, id), schemaVersion: index.version }
  await registerGeneration(system, { ...generation, state: 'live' })
  const live = await findLiveGeneration(system)
  if (!live) throw new Error('The live generation of the search index went while it was looked for')
  return live
}
