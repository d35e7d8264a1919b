import type { Kysely } from 'kysely'
import type { Logger } from '../../clients/logger.ts'
import type { Database } from '../../db/database.ts'
import { findLiveGeneration } from '../../db/storefront/search-generations.ts'
import { isReindexDue, type SearchIndex } from '../../domain/storefront/search-index.ts'
import { publish } from './meters.ts'

type Deps = {
  /** Connected as the role `system`. */
  system: Kysely<Database>
  index: Pick<SearchIndex, 'version'>
  log: Pick<Logger, 'warn'>
}

/**
 * Says in the log when a reindex is due, since operators choose its hour, and goes on telling OpenTelemetry by how many
 * schema versions the index that is searched is behind.
 * @returns stops telling
 */
export async function watchSchema({ system, index, log }: Deps): Promise<() => void> {
  const live = await findLiveGeneration(system)
  if (live && isReindexDue(index, live.schemaVersion))
    log.warn(
      { index: live.indexName, live: live.schemaVersion, wanted: index.version },
      'The search index is of an older schema: a reindex is due (POST /v1/admin/reindexes)',
    )
  return publish({ [BEHIND]: { description: DESCRIPTION } }, async () => {
    const live = await findLiveGeneration(system)
    return live && { [BEHIND]: Math.max(0, index.version - live.schemaVersion) }
  })
}

const BEHIND = 'yarmarka.search.schema_behind'
const DESCRIPTION =
  'Schema versions by which the index that is searched is behind; more than 0: a reindex is due'
