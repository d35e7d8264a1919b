/** What a listing shows: everything, or only what is in stock in a city, of a shop, in a category and below it. */
export type ListingScope = {
  city?: string | undefined
  shop?: string | undefined
  category?: string | undefined
}

export const LISTING_SORTS = ['popular', 'price-asc', 'price-desc', 'new'] as const
export type ListingSort = (typeof LISTING_SORTS)[number]

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
