import { sleep } from '@temporalio/activity'
import type { Kysely } from 'kysely'
import { etagOf } from '../../clients/cache/representations.ts'
import type { RedisLike } from '../../clients/cache/script.ts'
import { rereadPages, samplePages, type StoredTag } from '../../clients/cache/stored-pages.ts'
import type { Database } from '../../db/database.ts'
import { isCacheSettledSince, readInstant } from '../../db/storefront/cache-settled.ts'
import { makeListingPage } from '../../db/storefront/listing-pages.ts'
import { parsePageKey } from '../../domain/storefront/listing-page.ts'

export type CompareListingsDeps = {
  /** Connected as the role `system`. */
  system: Kysely<Database>
  /** Connected as the role `storefront`: a listing holds what everybody may read. */
  storefront: Kysely<Database>
  redis: RedisLike
}

export type ListingComparison = {
  pages: number
  stale: StoredTag[]
  /** Differed, and changed again or waited for the projection: nothing is said of them. */
  unsettled: number
}

const SAMPLE = 200
const ATTEMPTS = 60
const PAUSE_MS = 500

/**
 * Makes some of the cached pages anew and gives those that differ for good: the page of PostgreSQL has stayed the same
 * since before the projection had told the cache of all that had changed by then, and the cached one still stands.
 * @param beat is called after every bounded piece of work
 */
export async function compareListings(
  deps: CompareListingsDeps,
  beat: () => void,
): Promise<ListingComparison> {
  const sample = await samplePages(deps.redis, 'listing', SAMPLE)
  const suspects: (StoredTag & { wanted: string })[] = []
  for (const page of sample) {
    const wanted = await tagNow(deps, page)
    if (wanted !== page.etag) suspects.push({ ...page, wanted })
    beat()
  }
  if (suspects.length === 0) return { pages: sample.length, stale: [], unsettled: 0 }

  const isSettled = await untilSettled(deps, beat)
  const stale: StoredTag[] = []
  let unsettled = 0
  const standing = new Set((await rereadPages(deps.redis, suspects)).map(nameOf))
  for (const { wanted, ...page } of suspects) {
    if (!standing.has(nameOf(page))) continue
    const still = await tagNow(deps, page)
    if (still === page.etag) continue
    if (isSettled && still === wanted) stale.push(page)
    else unsettled++
    beat()
  }
  return { pages: sample.length, stale, unsettled }
}

const nameOf = ({ scope, page, etag }: StoredTag) => `${scope} ${page} ${etag}`

/** What the page would be called were it made now; a page that nobody can have asked for has no name. */
async function tagNow({ storefront }: CompareListingsDeps, stored: StoredTag): Promise<string> {
  const page = parsePageKey(stored)
  if (!page) return ''
  const { body } = await makeListingPage(storefront, page)
  return etagOf(Buffer.from(body))
}

async function untilSettled({ system }: CompareListingsDeps, beat: () => void): Promise<boolean> {
  const instant = await readInstant(system)
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (await isCacheSettledSince(system, instant)) return true
    await sleep(PAUSE_MS)
    beat()
  }
  return false
}
