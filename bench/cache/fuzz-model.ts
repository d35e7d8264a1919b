import { encodeCursor } from '../../domain/storefront/cursor.ts'
import { listingQuestion, type ListingPage } from '../../domain/storefront/listing-page.ts'
import type { ListingScope, ListingSort } from '../../domain/storefront/listing.ts'

/** A shop product as the model has it: what is shown of it, and what it is found by. */
export type Good = {
  id: string
  productId: string
  externalId: string
  name: string
  brand: string | null
  categoryId: string
  shopId: string
  priceMinor: number
  oldPriceMinor: number | null
  popularity: number
  createdMicros: number
  active: boolean
  /** By warehouse. */
  units: Map<string, number>
}

export type ModelShop = { id: string; name: string; sellerId: string; warehouseIds: string[] }
export type ModelCategory = { id: string; name: string; parentId: string | null }

/** A whole catalogue in memory, to be asked plainly: filter, sort, cut. It knows nothing of caches, places or probes. */
export type Model = {
  goods: Map<string, Good>
  shops: Map<string, ModelShop>
  categories: Map<string, ModelCategory>
  /** The cities that a warehouse serves. */
  serves: Map<string, string[]>
}

/** A page with the position after which it begins. */
export type ModelPage = ListingPage & { after: { key: number; id: number } | undefined }

/** Whether it is listed there. */
export function isListed(model: Model, good: Good, { city, shop, category }: ListingScope) {
  if (!good.active) return false
  if (shop !== undefined && good.shopId !== shop) return false
  if (category !== undefined && !isBelow(model, good.categoryId, category)) return false
  return city === undefined || unitsIn(model, good, city) > 0
}

/** All that a scope lists, in order. */
export function listed(model: Model, scope: ListingScope, sort: ListingSort): Good[] {
  return [...model.goods.values()]
    .filter((good) => isListed(model, good, scope))
    .sort((one, other) => {
      const rise = sortKey(one, sort) - sortKey(other, sort) || Number(one.id) - Number(other.id)
      return sort === 'price-asc' ? rise : -rise
    })
}

/** The page's answer, given all that its scope lists in its order. */
export function answerOf(model: Model, page: ModelPage, inOrder: readonly Good[]) {
  const { after, sort, limit, scope } = page
  const isBeyond = (good: Good) => {
    if (!after) return true
    const rise = sortKey(good, sort) - after.key || Number(good.id) - after.id
    return sort === 'price-asc' ? rise > 0 : rise < 0
  }
  const from = inOrder.findIndex(isBeyond)
  const rest = from < 0 ? [] : inOrder.slice(from)
  const items = rest.slice(0, limit)
  const last = rest.length > limit ? items.at(-1) : undefined
  return {
    items: items.map((good) => shown(model, good, scope.city)),
    nextCursor: last
      ? encodeCursor(listingQuestion(page), [String(sortKey(last, sort)), last.id])
      : null,
  }
}

export function sortKey(good: Good, sort: ListingSort): number {
  switch (sort) {
    case 'popular':
      return good.popularity
    case 'new':
      return good.createdMicros
    case 'price-asc':
    case 'price-desc':
      return good.priceMinor
  }
}

function shown(model: Model, good: Good, city: string | undefined) {
  const category = model.categories.get(good.categoryId)!
  const shop = model.shops.get(good.shopId)!
  return {
    id: good.id,
    externalId: good.externalId,
    name: good.name,
    ...(good.brand !== null && { brand: good.brand }),
    category: { id: category.id, name: category.name },
    shop: { id: shop.id, name: shop.name },
    price: { amount: good.priceMinor, currency: 'RUB' },
    ...(good.oldPriceMinor !== null && {
      oldPrice: { amount: good.oldPriceMinor, currency: 'RUB' },
    }),
    available: true,
    stock: unitsIn(model, good, city),
  }
}

function unitsIn({ serves }: Model, { units }: Good, city: string | undefined): number {
  let sum = 0
  for (const [warehouseId, count] of units)
    if (city === undefined || serves.get(warehouseId)!.includes(city)) sum += count
  return sum
}

function isBelow({ categories }: Model, categoryId: string, ancestorId: string): boolean {
  for (let at: string | null = categoryId; at !== null; at = categories.get(at)!.parentId)
    if (at === ancestorId) return true
  return false
}
