import type { Kysely } from 'kysely'
import type { Invalidator, ScopeChange } from '../../clients/cache/invalidator.ts'
import type { Database } from '../../db/database.ts'
import { confirmProjected, type PendingDocument } from '../../db/storefront/documents.ts'
import { scopeKey } from '../../domain/storefront/listing.ts'
import { effectsOf, isSamePlace, scopesOf } from '../../domain/storefront/place.ts'

type Deps = { system: Kysely<Database>; invalidator: Pick<Invalidator, 'invalidate'> }

/** A page on which something only looks different shows for so long at most, while one reader has it made anew. */
const SHOW_MS = 150

/**
 * Invalidates the pages of listings on which each document was before, or is now, and its card; and confirms the page.
 * What was raised among many takes whole listings with it: they are few beside the many.
 * @returns how many were confirmed
 */
export async function applyToCache(
  { system, invalidator }: Deps,
  page: readonly PendingDocument[],
): Promise<number> {
  const wide = page.filter((document) => document.wide)
  const changes = [
    ...page.filter((document) => !document.wide).flatMap(changesOf),
    ...changesOfMany(wide),
    ...page.map(({ shopProductId }) => ({ kind: 'card', scope: shopProductId })),
  ]
  await invalidator.invalidate(changes, {
    changedAt: Math.max(...page.map(({ changedAt }) => changedAt.getTime())),
    showUntil: Date.now() + SHOW_MS,
  })
  return confirmProjected(system, 'cache', page)
}

const changesOf = ({ shopProductId, listedIn, place }: PendingDocument): ScopeChange[] =>
  [...effectsOf(shopProductId, listedIn, place)].map(([scope, probes]) => ({
    ...{ kind: 'listing', scope: scopeKey(scope), probes },
  }))

function changesOfMany(documents: readonly PendingDocument[]): ScopeChange[] {
  const places = documents
    .filter(({ listedIn, place }) => !isSamePlace(listedIn, place))
    .flatMap(({ listedIn, place }) => [listedIn, place])
    .filter((place) => place !== null)
  return [...scopesOf(places)].map((scope) => ({ kind: 'listing', scope }))
}
