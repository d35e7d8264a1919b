import type { Client as Elasticsearch } from '@elastic/elasticsearch'
import type { Kysely } from 'kysely'
import {
  createIndex,
  dropAlias,
  tolerateUnknownFields,
} from '../../clients/elasticsearch/indices.ts'
import type { Database } from '../../db/database.ts'
import { forgetProjected } from '../../db/storefront/forget-projected.ts'
import {
  findLiveGeneration,
  registerGeneration,
  reserveGenerationId,
  type SearchGenerationRow,
} from '../../db/storefront/search-generations.ts'
import { listTargetsOfOtherSchemas } from '../../db/storefront/search-targets.ts'
import { indexName, type SearchIndex } from '../../domain/storefront/search-index.ts'

type Deps = { system: Kysely<Database>; elasticsearch: Elasticsearch; index: SearchIndex }

/**
 * Sees to it that the index which is searched is there: registers the first generation, makes its index, and makes the
 * live index anew when Elasticsearch has lost it. Everything is pending again before an empty index can take a write,
 * so nothing is missing from it in the end. Indices of another schema are told to bear fields that they do not know. Two at once and an end at any step do no harm.
 */
export async function ensureLiveIndex({ system, elasticsearch, index }: Deps): Promise<void> {
  const live = (await findLiveGeneration(system)) ?? (await registerFirst(system, index))
  if (!(await elasticsearch.indices.exists({ index: live.indexName }))) {
    await forgetProjected(system, 'search')
    await dropAlias(elasticsearch, index.alias)
    await createIndex(elasticsearch, index, { name: live.indexName, readAs: index.alias })
  }
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
