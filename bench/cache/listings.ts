import { sql, type Kysely } from 'kysely'
import { setTimeout as pause } from 'node:timers/promises'
import type { Database } from '../../db/database.ts'
import {
  LISTING_SORTS,
  type ListingScope,
  type ListingSort,
} from '../../domain/storefront/listing.ts'
import type { SearchCatalogue } from '../../test/support/search-catalogue.ts'
import { zipf } from '../generate/random.ts'
import type { StorefrontClient } from './storefront-client.ts'

/** What listings of a catalogue can be asked for by. */
export type ListingNames = { cities: string[]; categories: string[]; shops: string[] }

export async function readListingNames(
  owner: Kysely<Database>,
  { categories }: Pick<SearchCatalogue, 'categories'>,
): Promise<ListingNames> {
  const [cities, shops] = await Promise.all([
    owner.selectFrom('city').select('id').orderBy('position').execute(),
    owner.selectFrom('shop').select('id').orderBy('id').execute(),
  ])
  return { cities: cities.map(({ id }) => id), categories, shops: shops.map(({ id }) => id) }
}

export const listingPath = (scope: ListingScope, sort: ListingSort, cursor?: string): string => {
  const named = Object.entries({ ...scope, sort, cursor }).filter(([, value]) => value)
  return `/v1/listings?${new URLSearchParams(named as [string, string][])}`
}

/**
 * First pages of everything, of a category or of a shop, everywhere or in a city, in every sort: each once, mixed by
 * `random`.
 */
export function* mixedListings(
  { cities, categories, shops }: ListingNames,
  random: () => number,
): Generator<string> {
  const within: ListingScope[] = [
    {},
    ...categories.map((category) => ({ category })),
    ...shops.map((shop) => ({ shop })),
  ]
  const all = [undefined, ...cities].flatMap((city) =>
    within.flatMap((scope) => LISTING_SORTS.map((sort) => listingPath({ city, ...scope }, sort))),
  )
  for (let left = all.length; left > 0; left--) {
    const at = Math.floor(random() * left)
    yield all[at]!
    all[at] = all[left - 1]!
  }
}

const FULL = 20

/** So many of these listings that fill a page; all of them have been asked for then, so that they are warm. */
export async function warmListings(
  client: StorefrontClient,
  paths: Iterable<string>,
  count: number,
): Promise<string[]> {
  const full: string[] = []
  for (const path of paths) {
    const { status, body } = await client.get(path)
    if (status !== 200) throw new Error(`${path} answers ${status}`)
    const { items } = JSON.parse(body.toString()) as { items: unknown[] }
    if (items.length === FULL) full.push(path)
    if (full.length === count) return full
  }
  throw new Error(`Only ${full.length} of ${count} listings fill a page`)
}

/** Draws from them by Zipf's law, the first most often. */
export function drawnByZipf<T>(from: readonly T[], random: () => number): () => T {
  const place = zipf(from.length, 1, random)
  return () => from[place()]!
}

/** Until search and cache have been told of everything: a page that shows something still on its way does not keep. */
export async function untilProjected(owner: Kysely<Database>): Promise<void> {
  for (;;) {
    const { rows } = await sql<{ waiting: boolean }>`
      select exists (select from change where search_version < version or cache_version < version)
        or exists (select from change_fanout) as waiting`.execute(owner)
    if (!rows[0]!.waiting) return
    await pause(200)
  }
}
