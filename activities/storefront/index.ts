import type { Client as Elasticsearch } from '@elastic/elasticsearch'
import type { Kysely } from 'kysely'
import type { ListingCache } from '../../clients/cache/listing-cache.ts'
import { bulkWrite } from '../../clients/elasticsearch/bulk-write.ts'
import type { Logger } from '../../clients/logger.ts'
import { linkTo, untraced, withSpan } from '../../clients/tracing.ts'
import type { Sink } from '../../contracts/storefront.ts'
import type { Database } from '../../db/database.ts'
import {
  confirmProjected,
  readPendingDocuments,
  type PendingDocument,
} from '../../db/storefront/documents.ts'
import { drainFanouts } from '../../db/storefront/fanouts.ts'
import { listWriteTargets } from '../../db/storefront/search-targets.ts'
import { placeOf, scopesOf } from '../../domain/storefront/listing.ts'
import type { SearchIndex } from '../../domain/storefront/search-index.ts'
import { untilHandover } from '../standing.ts'
import { ensureLiveIndex } from './ensure-live-index.ts'

export type StorefrontDeps = {
  /** Connected as the role `system`. */
  system: Kysely<Database>
  elasticsearch: Elasticsearch
  index: SearchIndex
  cache: Pick<ListingCache, 'dropScopes'>
  log: Logger
}
export type StorefrontActivities = ReturnType<typeof createStorefrontActivities>

const PAGE_SIZE = 1_000

export const createStorefrontActivities = (deps: StorefrontDeps) => ({
  /**
   * Brings what has changed to one sink, page after page, until its shift is over. A page that fails is not confirmed
   * and comes again.
   * @returns how many documents it projected
   */
  async projectPages({ sink }: { sink: Sink }): Promise<number> {
    if (sink === 'search') await ensureLiveIndex(deps)
    let projected = 0
    await untraced(() =>
      untilHandover(async () => {
        const raised = await drainFanouts(deps.system, PAGE_SIZE)
        const page = await readPendingDocuments(deps.system, sink, PAGE_SIZE)
        if (page.length === 0) return raised
        const links = linkTo(page.map((pending) => pending.traceParent))
        const settings = { root: true, links, attributes: { 'yarmarka.documents': page.length } }
        const confirmed = await withSpan(`project to ${sink}`, settings, async () =>
          confirmProjected(deps.system, sink, await apply[sink](deps, page)),
        )
        projected += confirmed
        return confirmed
      }),
    )
    return projected
  },
})

/** Writes a page outside and tells which of it has arrived. */
type Apply = (deps: StorefrontDeps, page: PendingDocument[]) => Promise<PendingDocument[]>

const apply: Record<Sink, Apply> = {
  async search({ system, elasticsearch, log }, page) {
    const operations = page.map(({ shopProductId, version, document }) => ({
      id: shopProductId,
      version,
      document,
    }))
    const missing = new Set<string>()
    for (const target of await listWriteTargets(system)) {
      const { failed } = await bulkWrite(elasticsearch, target, operations)
      if (failed.length === 0) continue
      for (const { id } of failed) missing.add(id)
      const told = { target, failed: failed.slice(0, 10), count: failed.length }
      log.error(told, 'documents not indexed')
    }
    return page.filter(({ shopProductId }) => !missing.has(shopProductId))
  },

  async cache({ cache }, page) {
    await cache.dropScopes(
      scopesOf(page.flatMap(({ listedIn, document }) => [listedIn, placeOf(document)])),
    )
    return page
  },
}
