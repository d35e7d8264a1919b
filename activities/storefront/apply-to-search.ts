import type { Kysely } from 'kysely'
import type { BulkWriter } from '../../clients/elasticsearch/bulk-writer.ts'
import type { BulkOutcome } from '../../clients/elasticsearch/bulk-write.ts'
import type { Logger } from '../../clients/logger.ts'
import type { Database } from '../../db/database.ts'
import { confirmProjected, type PendingDocument } from '../../db/storefront/documents.ts'
import { reopenOverwritten } from '../../db/storefront/overwritten.ts'
import {
  parkDocuments,
  unparkDocuments,
  type Refusal,
  type Written,
} from '../../db/storefront/poison.ts'
import { giveUpGeneration } from '../../db/storefront/search-generations.ts'
import { noteStalled } from '../../db/storefront/stalled-generations.ts'
import { listWriteTargets } from '../../db/storefront/search-targets.ts'

/** An index that is not searched holds up the one that is for no longer than this. */
const PATIENCE_MINUTES = 5

type Deps = { system: Kysely<Database>; writer: BulkWriter; log: Logger }

/**
 * Writes a page to every index that takes changes, and confirms what all of them have taken. What an index refuses for
 * itself is parked and confirmed with the rest, so that it stands before nothing; what only failed for the moment stays
 * pending. An index that is not searched and takes nothing at all is let go after a while, for everything waits for it.
 * @returns how many were confirmed
 * @throws {SearchIsAway} when nothing came through: then no document is to blame
 */
export async function applyToSearch(
  { system, writer, log }: Deps,
  page: readonly PendingDocument[],
): Promise<number> {
  const operations = page.map(({ shopProductId, version, document }) => ({
    id: shopProductId,
    version,
    document,
  }))
  const versions = new Map(operations.map(({ id, version }) => [id, version]))
  const targets = await listWriteTargets(system)
  const results = await Promise.all(
    targets.map(async (indexName) =>
      sortOut(await writer.write(indexName, operations), (id) => ({
        shopProductId: id,
        version: versions.get(id)!,
        indexName,
      })),
    ),
  )
  for (const [at, { isGone }] of results.entries())
    if (isGone && (await giveUpGeneration(system, targets[at]!)))
      log.error({ index: targets[at] }, 'an index is gone and takes no changes any more')

  const isStalled = (at: number) => results[at]?.open.size === page.length
  const stalled = targets.filter((_, at) => isStalled(at))
  const taking = targets.filter((_, at) => !isStalled(at))
  const tooLong =
    targets.length > 1 ? await noteStalled(system, { stalled, taking }, PATIENCE_MINUTES) : []
  for (const indexName of tooLong)
    if (await giveUpGeneration(system, indexName))
      log.error(
        { index: indexName },
        'an index took nothing for too long, and takes no changes any more',
      )

  const open = new Map(results.flatMap(({ open }) => [...open]))
  const settled = page.filter(({ shopProductId }) => !open.has(shopProductId))
  if (settled.length === 0) throw new SearchIsAway(open.values().next().value)
  const parked = results.flatMap(({ refused }) => refused)
  if (parked.length > 0)
    log.error({ parked: parked.slice(0, 10), count: parked.length }, 'documents parked')

  const written = results.flatMap(({ written }) => written)
  const stale = results.flatMap(({ stale }) => stale)
  const reopened = await reopenOverwritten(system, written)
  if (reopened > 0) log.warn({ reopened }, 'late writes undone')
  return system.transaction().execute(async (trx) => {
    await unparkDocuments(trx, [...written, ...stale])
    await parkDocuments(trx, parked)
    return confirmProjected(trx, 'search', settled)
  })
}

/** Temporal tries the page again, later each time. */
export class SearchIsAway extends Error {
  override name = 'SearchIsAway'

  constructor(reason = 'no index takes changes') {
    super(`Search takes nothing: ${reason}`)
  }
}

type Sorted = {
  written: Written[]
  stale: Written[]
  refused: Refusal[]
  /** Ids with the reason why they are neither taken nor to blame. */
  open: Map<string, string>
  isGone: boolean
}

/**
 * A failure that lasted through all tries is the document's own when others came through beside it. Too much at once
 * (429) never is.
 */
function sortOut({ written, stale, failed }: BulkOutcome, about: (id: string) => Written): Sorted {
  const sorted: Sorted = {
    written: written.map(about),
    stale: stale.map(about),
    refused: [],
    open: new Map(),
    isGone: failed.length > 0 && failed.every(({ status }) => status === 404),
  }
  const cameThrough = written.length + stale.length > 0
  for (const { id, status, reason, retryable } of failed)
    if (retryable && (status === 429 || !cameThrough)) sorted.open.set(id, reason)
    else sorted.refused.push({ ...about(id), status, reason, transient: retryable })
  return sorted
}
