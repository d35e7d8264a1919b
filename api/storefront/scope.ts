import { z } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import type { Database } from '../../db/database.ts'
import { listCities } from '../../db/storefront/cities.ts'
import { listShopNames } from '../../db/storefront/shops.ts'
import type { ListingScope } from '../../domain/storefront/listing.ts'
import type { Text } from '../language.ts'
import { Problem } from '../problem.ts'
import { known, type Known } from './known.ts'

/** What PostgreSQL can take as an id; the rest is refused before it is asked. */
const number = z.string().regex(/^\d{1,18}$/)
const slug = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/)
const idOrSlug = z.string().regex(/^(\d{1,18}|(?!\d+$)[A-Za-z0-9][A-Za-z0-9_.-]{0,99})$/)

export const City = slug.openapi({ description: 'Id of a city', example: 'msk' })
export const Category = number.openapi({
  description: 'Id of a category; what is below it belongs to it',
})
export const Shop = idOrSlug.openapi({ description: 'Id or slug of a shop' })

export type FindScope = (asked: ListingScope) => Promise<ListingScope>

/**
 * Makes sure that what a query names exists, and turns a shop's slug into its id.
 * The function throws `Problem` 400 naming the parameters that lead nowhere.
 */
export function scopeFinder(
  storefront: Kysely<Database>,
  categories: Known<{ id: string }>,
): FindScope {
  const ids: Record<keyof ListingScope, Known<{ id: string }>> = {
    city: known(async () => byId(await listCities(storefront))),
    shop: known(async () => {
      const shops = await listShopNames(storefront)
      return new Map(shops.flatMap((shop) => [[shop.id, shop] as const, [shop.slug, shop]]))
    }),
    category: categories,
  }
  return async (asked) => {
    const names = (['city', 'shop', 'category'] as const).filter((name) => asked[name])
    const found = await Promise.all(
      names.map(async (name) => {
        const key = asked[name]!
        return [name, (await ids[name]([key])).get(key)?.id] as const
      }),
    )
    const unknown = found.filter(([, id]) => id === undefined).map(([name]) => name)
    if (unknown.length > 0) throw notFoundByParameter(unknown)
    return Object.fromEntries(found) as ListingScope
  }
}

export const byId = <Found extends { id: string }>(all: readonly Found[]) =>
  new Map(all.map((one) => [one.id, one]))

const UNKNOWN: Record<keyof ListingScope, Text> = {
  city: { ru: 'такого города нет', en: 'there is no such city' },
  shop: { ru: 'такого магазина нет', en: 'there is no such shop' },
  category: { ru: 'такой категории нет', en: 'there is no such category' },
}

const notFoundByParameter = (names: (keyof ListingScope)[]) =>
  new Problem('validation-failed', {
    errors: names.map((path) => ({ path, message: UNKNOWN[path] })),
  })
