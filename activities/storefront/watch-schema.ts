import { metrics } from '@opentelemetry/api'
import type { Kysely } from 'kysely'
import type { Logger } from '../../clients/logger.ts'
import type { Database } from '../../db/database.ts'
import { findLiveGeneration } from '../../db/storefront/search-generations.ts'
import { isReindexDue, type SearchIndex } from '../../domain/storefront/search-index.ts'

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
  return publish(async () => {
    const live = await findLiveGeneration(system)
    return live && Math.max(0, index.version - live.schemaVersion)
  })
}

/** Nothing is read where no reader is; what cannot be read now is not told. */
function publish(readBehind: () => Promise<number | undefined>): () => void {
  const gauge = metrics
    .getMeter('yarmarka')
    .createObservableGauge('yarmarka.search.schema_behind', {
      description:
        'Schema versions by which the index that is searched is behind; more than 0: a reindex is due',
    })
  const observe: Parameters<typeof gauge.addCallback>[0] = async (result) => {
    const behind = await readBehind().catch(() => undefined)
    if (behind !== undefined) result.observe(behind)
  }
  gauge.addCallback(observe)
  return () => gauge.removeCallback(observe)
}
