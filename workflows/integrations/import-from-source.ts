import { proxyActivities, uuid4 } from '@temporalio/workflow'
import type { SourcesActivities } from '../../activities/integrations/sources.ts'
import {
  fetchingQueue,
  type ImportFromSourceInput,
  type ImportFromSourceResult,
} from '../../contracts/fetching.ts'
import * as policies from '../policies.ts'

const { fetchFromSource } = proxyActivities<SourcesActivities>({
  ...policies.fetching,
  taskQueue: fetchingQueue,
})

/**
 * Looks whether a source has something new, and requests its import if so. It does not wait for that: the import reports
 * to the source when it ends, and while it goes on the next run is `busy`.
 */
export async function importFromSource({
  sourceId,
}: ImportFromSourceInput): Promise<ImportFromSourceResult> {
  return { outcome: await fetchFromSource({ sourceId, importId: uuid4() }) }
}
