import { errors, type Client as Elasticsearch } from '@elastic/elasticsearch'
import type { Kysely } from 'kysely'
import { bulkWrite, toBulkLines } from '../../clients/elasticsearch/bulk-write.ts'
import { createIndex, showWrites } from '../../clients/elasticsearch/indices.ts'
import { deleteIndex, pointAlias } from '../../clients/elasticsearch/swap-alias.ts'
import type { Database } from '../../db/database.ts'
import {
  confirmSearched,
  forgetSearched,
  listUnsearched,
} from '../../db/logistics/search-points.ts'
import { pointDocument } from '../../domain/logistics/points-index.ts'
import { indexName, type SearchIndex } from '../../domain/storefront/search-index.ts'

export type ProjectPointsDeps = {
  /** Connected as the role `system`. */
  system: Kysely<Database>
  elasticsearch: Elasticsearch
  index: SearchIndex
}

const PAGE = 1_000

/**
 * Writes to search what it does not have yet, under the versions of PostgreSQL. An index that nobody reads yet, new or of another
 * schema, is filled with everything before the alias leads to it; what the alias led to before goes.
 * @throws {Error} naming the first point that Elasticsearch refuses
 */
export async function projectPoints({
  system,
  elasticsearch,
  index,
}: ProjectPointsDeps): Promise<{ written: number }> {
  const name = indexName(index, '1')
  await createIndex(elasticsearch, index, { name })
  const readers = await holdersOf(elasticsearch, index.alias)
  const isNew = !readers.includes(name)
  if (isNew) await forgetSearched(system)

  let written = 0
  for (;;) {
    const page = await listUnsearched(system, PAGE)
    if (page.length === 0) break
    const { failed } = await bulkWrite(
      elasticsearch,
      name,
      page.map(({ id, version, point }) =>
        toBulkLines({ id, version, document: point && pointDocument(point) }),
      ),
    )
    const [first] = failed
    if (first) throw new Error(`${failed.length} points refused, ${first.id}: ${first.reason}`)
    await confirmSearched(system, page)
    written += page.length
  }

  await showWrites(elasticsearch, name)
  if (isNew) {
    await pointAlias(elasticsearch, index.alias, name)
    for (const other of readers) await deleteIndex(elasticsearch, other)
  }
  return { written }
}

async function holdersOf(client: Elasticsearch, alias: string): Promise<string[]> {
  try {
    return Object.keys(await client.indices.getAlias({ name: alias }))
  } catch (error) {
    if (error instanceof errors.ResponseError && error.statusCode === 404) return []
    throw error
  }
}
