import { sleep } from '@temporalio/activity'
import type { Kysely } from 'kysely'
import { idOf } from '../../clients/cache/page-key.ts'
import { etagOf } from '../../clients/cache/representations.ts'
import type { RedisLike } from '../../clients/cache/script.ts'
import { findShared } from '../../clients/cache/shared-pages.ts'
import { rereadPages, samplePages, type StoredTag } from '../../clients/cache/stored-pages.ts'
import type { Database } from '../../db/database.ts'
import { isCacheSettledSince, readInstant } from '../../db/storefront/cache-settled.ts'
import { makeListingPage } from '../../db/storefront/listing-pages.ts'
import { findShopProduct } from '../../db/storefront/shop-products.ts'
import { parseCardKey, toCard } from '../../domain/storefront/card.ts'
import { parsePageKey } from '../../domain/storefront/listing-page.ts'

export type ComparePagesDeps = {
  /** Connected as the role `system`. */
  system: Kysely<Database>
  /** Connected as the role `storefront`: a page holds what everybody may read. */
  storefront: Kysely<Database>
  redis: RedisLike
}

export type PageComparison = {
  pages: number
  stale: StoredTag[]
  /** Differed, and changed again or waited for the projection: nothing is said of them. */
  unsettled: number
}

/** Of each kind. */
const SAMPLE = 200
const ATTEMPTS = 60
const PAUSE_MS = 500

/**
 * Makes some of the cached pages anew and gives those that differ for good: the page of PostgreSQL has stayed the same
 * since before the projection had told the cache of all that had changed by then, and the cached one still stands.
 * @param beat is called after every bounded piece of work
 */
export async function comparePages(
  deps: ComparePagesDeps,
  beat: () => void,
): Promise<PageComparison> {
  const sample = [
    ...(await samplePages(deps.redis, 'listing', SAMPLE)),
    ...(await samplePages(deps.redis, 'card', SAMPLE)),
  ]
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

const nameOf = (page: StoredTag) => `${idOf(page)} ${page.etag}`

/** What the page would be called were it made now; a page that nobody can have asked for has no name. */
async function tagNow(deps: ComparePagesDeps, stored: StoredTag): Promise<string> {
  const body = await (stored.kind === 'card' ? cardNow(deps, stored) : listingNow(deps, stored))
  return body === undefined ? '' : etagOf(Buffer.from(body))
}

async function listingNow({ storefront }: ComparePagesDeps, stored: StoredTag) {
  const page = parsePageKey(stored)
  return page && (await makeListingPage(storefront, page)).body
}

/** Shows the variants of the stored one: they are other goods, whose changes do not invalidate it. */
async function cardNow({ storefront, redis }: ComparePagesDeps, stored: StoredTag) {
  const page = parseCardKey(stored)
  const row = page && (await findShopProduct(storefront, page.id, page.city))
  const shared = row && (await findShared(redis, stored))
  if (!shared) return undefined
  const { variants } = JSON.parse(shared.entry.bodies.identity.toString()) as { variants: unknown }
  return JSON.stringify({ ...toCard(row), variants })
}

async function untilSettled({ system }: ComparePagesDeps, beat: () => void): Promise<boolean> {
  const instant = await readInstant(system)
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (await isCacheSettledSince(system, instant)) return true
    await sleep(PAUSE_MS)
    beat()
  }
  return false
}
