import type { ShopProductDocument } from './document.ts'

/** What a listing shows: everything, or only what is in stock in a city, of a shop, in a category and below it. */
export type ListingScope = {
  city?: string | undefined
  shop?: string | undefined
  category?: string | undefined
}

export const LISTING_SORTS = ['popular', 'price-asc', 'price-desc', 'new'] as const
export type ListingSort = (typeof LISTING_SORTS)[number]

/** Where a shop product stands in the storefront: its shop, the path of its category, the cities with units of it. */
export type Place = { shopId: string; categoryIds: string[]; cityIds: string[] }

export const placeOf = (document: ShopProductDocument | null): Place | null =>
  document && {
    shopId: document.shop.id,
    categoryIds: document.category.path,
    cityIds: document.cities,
  }

/** The scope as part of a cache key; ids hold neither `:` nor `-` alone. */
export const scopeKey = ({ city = '-', shop = '-', category = '-' }: ListingScope) =>
  `${city}:${shop}:${category}`

/** `undefined` when it is not one that {@link scopeKey} makes. */
export function parseScopeKey(key: string): ListingScope | undefined {
  const parts = key.split(':').map((part) => (part === '-' ? undefined : part))
  if (parts.length !== 3 || parts.includes('')) return undefined
  const [city, shop, category] = parts
  return { city, shop, category }
}

/**
 * The keys of every listing in which something at one of these places appears. For a change these are the places
 * *before* and *after* it; `null` is nowhere.
 */
export function scopesOf(places: Iterable<Place | null>): Set<string> {
  const scopes = new Set<string>()
  for (const place of places) {
    if (!place) continue
    for (const city of [undefined, ...place.cityIds])
      for (const category of [undefined, ...place.categoryIds])
        for (const shop of [undefined, place.shopId])
          scopes.add(
            scopeKey({
              ...(city && { city }),
              ...(shop && { shop }),
              ...(category && { category }),
            }),
          )
  }
  return scopes
}
