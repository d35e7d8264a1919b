import type { Client as Elasticsearch } from '@elastic/elasticsearch'
import type { Kysely } from 'kysely'
import type { Invalidator } from '../../clients/cache/invalidator.ts'
import type { BulkWriter } from '../../clients/elasticsearch/bulk-writer.ts'
import { showWrites } from '../../clients/elasticsearch/indices.ts'
import type { Logger } from '../../clients/logger.ts'
import { linkTo, untraced, withSpan } from '../../clients/tracing.ts'
import type { Sink } from '../../contracts/storefront.ts'
import type { Database } from '../../db/database.ts'
import { readPendingDocuments, type PendingDocument } from '../../db/storefront/documents.ts'
import { drainFanouts } from '../../db/storefront/fanouts.ts'
import { retryDuePoison } from '../../db/storefront/poison.ts'
import type { SearchIndex } from '../../domain/storefront/search-index.ts'
import { heartbeating } from '../heartbeating.ts'
import { untilHandover } from '../standing.ts'
import { applyToCache } from './apply-to-cache.ts'
import { applyToSearch } from './apply-to-search.ts'
import { ensureLiveIndex } from './ensure-live-index.ts'

export type StorefrontDeps = {
  /** Connected as the role `system`. */
  system: Kysely<Database>
  elasticsearch: Elasticsearch
  /** Shared by all that write to this Elasticsearch. */
  writer: BulkWriter
  index: SearchIndex
  invalidator: Pick<Invalidator, 'invalidate'>
  log: Logger
}
export type StorefrontActivities = ReturnType<typeof createStorefrontActivities>

const PAGE_SIZE = 1_000

/**
 * How often a sink looks when little is waiting: what changes again meanwhile is written once. An index operation costs
 * much, and so does a refresh, with which each such look ends; a cached page costs little and is wrong until it is
 * dropped.
 */
const EVERY_MS: Record<Sink, number> = { search: 400, cache: 100 }

export const createStorefrontActivities = (deps: StorefrontDeps) => ({
  /**
   * Brings what has changed to one sink, page after page, until its shift is over. A page that fails is not confirmed
   * and comes again.
   * @returns how many documents it projected
   */
  async projectPages({ sink }: { sink: Sink }): Promise<number> {
    if (sink === 'search') await heartbeating(() => ensureLiveIndex(deps))
    let projected = 0
    const projectPage = async () => {
      const raised = await drainFanouts(deps.system, PAGE_SIZE)
      if (sink === 'search') await retryDuePoison(deps.system, PAGE_SIZE)
      const page = await readPendingDocuments(deps.system, sink, PAGE_SIZE)
      if (page.length > 0) projected += await applyInSpan(deps, sink, page)
      if (page.length >= PAGE_SIZE || raised >= PAGE_SIZE) return page.length + raised
      if (page.length > 0 && sink === 'search')
        await showWrites(deps.elasticsearch, deps.index.alias)
      return 0
    }
    await untraced(() => untilHandover(projectPage, EVERY_MS[sink]))
    return projected
  },
})

/** Writes a page outside, and confirms what has arrived. */
type Apply = (deps: StorefrontDeps, page: readonly PendingDocument[]) => Promise<number>

const apply: Record<Sink, Apply> = { search: applyToSearch, cache: applyToCache }

function applyInSpan(deps: StorefrontDeps, sink: Sink, page: PendingDocument[]): Promise<number> {
  const links = linkTo(page.map(({ traceParent }) => traceParent))
  const attributes = { 'yarmarka.documents': page.length }
  return withSpan(`project to ${sink}`, { root: true, links, attributes }, () =>
    apply[sink](deps, page),
  )
}
