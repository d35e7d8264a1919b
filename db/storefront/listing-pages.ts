import type { Kysely } from 'kysely'
import { lifetimeOf } from '../../domain/storefront/cache-policies.ts'
import {
  listingBody,
  rangeOf,
  startOf,
  type ListingPage,
} from '../../domain/storefront/listing-page.ts'
import type { Database } from '../database.ts'
import { readListing } from './listings.ts'

/**
 * A page of a listing as it is answered and kept: its bytes, how long they are good, and which part of the listing they
 * show. Role `storefront`.
 */
export async function makeListingPage(db: Kysely<Database>, page: ListingPage) {
  const after = startOf(page)
  const found = await readListing(db, { ...page, after })
  return {
    body: listingBody(page, found),
    lifetime: lifetimeOf(found.settled ? 'listing' : 'moving', Date.now(), Math.random()),
    range: rangeOf(page, { after, next: found.next }),
  }
}
