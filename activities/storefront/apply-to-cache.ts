import type { Kysely } from 'kysely'
import type { ListingCache } from '../../clients/cache/listing-cache.ts'
import type { Database } from '../../db/database.ts'
import { confirmProjected, type PendingDocument } from '../../db/storefront/documents.ts'
import { placeOf, scopesOf } from '../../domain/storefront/listing.ts'

type Deps = { system: Kysely<Database>; cache: Pick<ListingCache, 'dropScopes'> }

/**
 * Drops the listings in which each document of the page was or is now, and confirms the page.
 * @returns how many were confirmed
 */
export async function applyToCache(
  { system, cache }: Deps,
  page: readonly PendingDocument[],
): Promise<number> {
  await cache.dropScopes(
    scopesOf(page.flatMap(({ listedIn, document }) => [listedIn, placeOf(document)])),
  )
  return confirmProjected(system, 'cache', page)
}
