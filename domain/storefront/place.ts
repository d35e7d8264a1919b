import { hashOf } from './content-hash.ts'
import type { ShopProductDocument } from './document.ts'
import { LISTING_SORTS, scopeKey, type ListingScope, type ListingSort } from './listing.ts'

/** What orders are made of: two sorts by price share one. */
export type PlaceKey = 'popular' | 'price' | 'new'

/** Where a shop product stands in the storefront, and what listings show of it: enough to know which pages a change is on. */
export type Place = {
  shopId: string
  /** Its category and those above it. */
  categoryIds: string[]
  units: { total: number; byCity: Record<string, number> }
  /** Whole numbers, of an instant its microseconds. */
  keys: Record<PlaceKey, string>
  /** Names all else that is shown: another name is another look. */
  shown: number
}

export const KEY_OF: Record<ListingSort, PlaceKey> = {
  popular: 'popular',
  'price-asc': 'price',
  'price-desc': 'price',
  new: 'new',
}

export function placeOf(document: ShopProductDocument, createdMicros: string): Place {
  const { externalId, name, brand, category, shop, priceMinor, oldPriceMinor, currency } = document
  const { url, pictures, available, units, popularity } = document
  const shown = [
    ...[externalId, name, brand, category.id, category.name, shop.id, shop.name],
    ...[priceMinor, oldPriceMinor, currency, pictures[0] ?? null, url, available],
  ]
  return {
    shopId: shop.id,
    categoryIds: category.path,
    units,
    keys: { popular: String(popularity), price: String(priceMinor), new: createdMicros },
    shown: hashOf(JSON.stringify(shown)),
  }
}

/** A position in one order of a listing, at which something looks different, or stands no more, or stands now. */
export type Probe = {
  sort: ListingSort
  key: string
  id: string
  /** Whether the page has other members, or another order; else it only looks different. */
  moves: boolean
}

/** By scope: what a change from one place to another does to the listings. `null` is nowhere. */
export type Effects = ReadonlyMap<ListingScope, readonly Probe[]>

/** The scopes that a change is seen in, each with the positions at which it is; no others. */
export function effectsOf(id: string, before: Place | null, after: Place | null): Effects {
  const effects = new Map<ListingScope, Probe[]>()
  const moved = probesOfMove(id, before, after)
  const probes = {
    gone: probesAt(id, before),
    come: probesAt(id, after),
    moved,
    changed: [...moved, ...(after ? probesOfLook(id, before, after) : [])],
  }
  const looksAlike = before?.shown === after?.shown
  for (const city of [undefined, ...union(citiesOf(before), citiesOf(after))]) {
    const [was, is] = [unitsIn(before, city), unitsIn(after, city)]
    const isSame = looksAlike && was === is
    for (const category of [undefined, ...union(before?.categoryIds, after?.categoryIds)])
      for (const shop of [undefined, ...union(shopsOf(before), shopsOf(after))]) {
        const scope = { city, category, shop }
        const [wasIn, isIn] = [isPlacedIn(before, scope), isPlacedIn(after, scope)]
        const seen =
          wasIn && isIn
            ? isSame
              ? probes.moved
              : probes.changed
            : wasIn
              ? probes.gone
              : isIn
                ? probes.come
                : []
        if (seen.length > 0) effects.set(scope, seen)
      }
  }
  return effects
}

/** Whether no listing can tell one from the other. */
export const isSamePlace = (before: Place | null, after: Place | null): boolean =>
  before === after ||
  (before !== null && after !== null && signatureOf(before) === signatureOf(after))

const signatureOf = ({ shopId, categoryIds, units, keys, shown }: Place) => {
  const cities = Object.entries(units.byCity).sort(([one], [other]) => (one < other ? -1 : 1))
  return JSON.stringify([shopId, categoryIds, units.total, cities, keys, shown])
}

/** All scopes in which something at one of these places appears; for many, of which many are of the same scopes. */
export function scopesOf(places: Iterable<Place>): Set<string> {
  const scopes = new Set<string>()
  const known = new Set<string>()
  for (const place of places) {
    const cities = Object.keys(place.units.byCity).sort()
    const kind = JSON.stringify([place.shopId, place.categoryIds, cities])
    if (known.has(kind)) continue
    known.add(kind)
    for (const city of [undefined, ...cities])
      for (const category of [undefined, ...place.categoryIds])
        for (const shop of [undefined, place.shopId]) scopes.add(scopeKey({ city, category, shop }))
  }
  return scopes
}

const probesAt = (id: string, place: Place | null): Probe[] =>
  place
    ? LISTING_SORTS.map((sort) => ({ sort, key: place.keys[KEY_OF[sort]], id, moves: true }))
    : []

/** Where it stood and where it stands, in the orders in which that differs. */
function probesOfMove(id: string, before: Place | null, after: Place | null): Probe[] {
  if (!before || !after) return []
  const moves = LISTING_SORTS.filter(
    (sort) => before.keys[KEY_OF[sort]] !== after.keys[KEY_OF[sort]],
  )
  return [...probesAt(id, before), ...probesAt(id, after)].filter(({ sort }) =>
    moves.includes(sort),
  )
}

/** Where it stands still and looks different. */
const probesOfLook = (id: string, before: Place | null, after: Place): Probe[] =>
  probesAt(id, after)
    .filter(({ sort, key }) => before?.keys[KEY_OF[sort]] === key)
    .map((probe) => ({ ...probe, moves: false }))

const isPlacedIn = (place: Place | null, { city, category, shop }: ListingScope): boolean =>
  place !== null &&
  (city === undefined || city in place.units.byCity) &&
  (category === undefined || place.categoryIds.includes(category)) &&
  (shop === undefined || place.shopId === shop)

const unitsIn = (place: Place | null, city: string | undefined): number | undefined =>
  city === undefined ? place?.units.total : place?.units.byCity[city]

const citiesOf = (place: Place | null) => Object.keys(place?.units.byCity ?? {})
const shopsOf = (place: Place | null) => (place ? [place.shopId] : [])

const union = (one: readonly string[] = [], other: readonly string[] = []) =>
  new Set([...one, ...other])
