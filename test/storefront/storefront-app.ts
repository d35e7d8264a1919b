import type { Client } from '@elastic/elasticsearch'
import { ensureLiveIndex } from '../../activities/storefront/ensure-live-index.ts'
import { applyToSearch } from '../../activities/storefront/apply-to-search.ts'
import { createBulkWriter } from '../../clients/elasticsearch/bulk-writer.ts'
import { createLogger } from '../../clients/logger.ts'
import { createRouter } from '../../api/openapi.ts'
import { problemOf } from '../../api/problem-of.ts'
import { answerProblem } from '../../api/problem.ts'
import { storefrontRoutes, type StorefrontDeps } from '../../api/storefront/routes.ts'
import type { Database } from '../../db/database.ts'
import { readPendingDocuments } from '../../db/storefront/documents.ts'
import { drainFanouts } from '../../db/storefront/fanouts.ts'
import type { SearchIndex } from '../../domain/storefront/search-index.ts'
import { searchRequest } from '../../domain/storefront/search-query.ts'
import type { Kysely } from 'kysely'

const log = createLogger({ level: 'silent', name: 'test' })

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
  while ((await drainFanouts(system, 1_000)) > 0);
  const page = await readPendingDocuments(system, 'search', 10_000)
  if (page.length > 0) await applyToSearch({ system, writer: createBulkWriter(client), log }, page)
  await client.indices.refresh({ index: index.alias })
  // A node that has just been started takes longer for its first search than a buyer would wait.
  await client.msearch({
    searches: FIRST_SEARCH.flatMap(({ body }) => [{ index: index.alias }, body]),
  })
}

const FIRST_SEARCH = searchRequest(
  {
    q: 'чайник',
    inStock: true,
    deliverable: false,
    brands: ['Bosch'],
    attributes: new Map(),
    sort: 'relevance',
    limit: 1,
  },
  '2026-11-27',
)
