import type { Kysely } from 'kysely'
import type { Database } from '../../db/database.ts'
import { listCategories } from '../../db/storefront/categories.ts'
import type { KnownCategory } from '../../domain/storefront/category-facet.ts'
import { steady } from './remembering.ts'

/** A new name of a category shows after so long at most. */
const REMEMBER_MS = 30_000
/** Ids that lead nowhere must not have the categories read again and again. */
const READ_AT_MOST_EVERY_MS = 1_000

export type KnownCategories = (
  ids: readonly string[],
) => Promise<ReadonlyMap<string, KnownCategory>>

/** All categories by id, from memory; read again when one of `ids` is not among them. */
export function knownCategories(storefront: Kysely<Database>): KnownCategories {
  const read = steady(async () => {
    const categories = await listCategories(storefront)
    return new Map(categories.map((category) => [category.id, category]))
  }, READ_AT_MOST_EVERY_MS)
  let remembered: { known: ReadonlyMap<string, KnownCategory>; until: number } | undefined
  return async (ids) => {
    const fresh = remembered && performance.now() < remembered.until
    if (!remembered || !fresh || !ids.every((id) => remembered!.known.has(id)))
      remembered = { known: await read(), until: performance.now() + REMEMBER_MS }
    return remembered.known
  }
}
