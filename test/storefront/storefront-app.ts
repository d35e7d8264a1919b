import type { Client } from '@elastic/elasticsearch'
import { ensureLiveIndex } from '../../activities/storefront/ensure-live-index.ts'
import { bulkWrite } from '../../clients/elasticsearch/bulk-write.ts'
import { createRouter } from '../../api/openapi.ts'
import { problemOf } from '../../api/problem-of.ts'
import { answerProblem } from '../../api/problem.ts'
import { storefrontRoutes, type StorefrontDeps } from '../../api/storefront/routes.ts'
import type { Database } from '../../db/database.ts'
import { confirmProjected, readPendingDocuments } from '../../db/storefront/documents.ts'
import { listWriteTargets } from '../../db/storefront/search-targets.ts'
import type { SearchIndex } from '../../domain/storefront/search-index.ts'
import type { Kysely } from 'kysely'

/** The storefront's routes below `/v1`, answering failures as the API does. */
export function storefrontApp(deps: StorefrontDeps) {
  const app = createRouter()
  app.onError((error, c) => answerProblem(c, problemOf(error)))
  app.route('/v1', storefrontRoutes(deps))

  /** `GET` with its answer read. */
  const get = async (path: string, headers: Record<string, string> = {}) => {
    const response = await app.request(`/v1${path}`, { headers })
    const text = await response.clone().text()
    const body = text && response.headers.get('Content-Encoding') === null ? JSON.parse(text) : null
    return { response, status: response.status, headers: response.headers, body }
  }
  return { app, get }
}

/** Makes searchable what has changed, as the projection does. */
export async function projectToSearch(
  system: Kysely<Database>,
  client: Client,
  index: SearchIndex,
): Promise<void> {
  await ensureLiveIndex({ system, elasticsearch: client, index })
  const page = await readPendingDocuments(system, 'search', 10_000)
  const operations = page.map(({ shopProductId, version, document }) => ({
    id: shopProductId,
    version,
    document,
  }))
  for (const target of await listWriteTargets(system)) {
    const { failed } = await bulkWrite(client, target, operations)
    if (failed.length > 0) throw new Error(`${failed.length} not indexed: ${failed[0]?.reason}`)
  }
  await confirmProjected(system, 'search', page)
  await client.indices.refresh({ index: index.alias })
}
