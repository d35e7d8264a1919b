import type { Kysely } from 'kysely'
import type { Invalidator, ScopeChange } from '../../clients/cache/invalidator.ts'
import type { Database } from '../../db/database.ts'
import { confirmProjected, type PendingDocument } from '../../db/storefront/documents.ts'
import { scopeKey } from '../../domain/storefront/listing.ts'
import { effectsOf } from '../../domain/storefront/place.ts'

type Deps = { system: Kysely<Database>; invalidator: Pick<Invalidator, 'invalidate'> }

/** A page on which something only looks different shows for so long at most, while one reader has it made anew. */
const SHOW_MS = 100

/**
 * Invalidates the pages of listings on which each document was before, or is now, and its card; and confirms the page.
 * What was raised among many takes whole listings with it: they are few beside the many.
 * @returns how many were confirmed
 */
export async function applyToCache(
  { system, invalidator }: Deps,
  page: readonly PendingDocument[],
): Promise<number> {
  await invalidator.invalidate(page.flatMap(changesOf), {
    changedAt: Math.max(...page.map(({ changedAt }) => changedAt.getTime())),
    showUntil: Date.now() + SHOW_MS,
  })
  return confirmProjected(system, 'cache', page)
}

function changesOf({ shopProductId, listedIn, place, wide }: PendingDocument): ScopeChange[] {
  const listings = [...effectsOf(shopProductId, listedIn, place)].map(([scope, probes]) => ({
    ...{ kind: 'listing', scope: scopeKey(scope) },
    ...(!wide && { probes }),
  }))
  return [...listings, { kind: 'card', scope: shopProductId }]
}
