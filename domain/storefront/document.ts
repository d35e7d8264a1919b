/**
 * One shop product as the search index keeps it and as search answers with it. Absent values are `null`, so that a
 * document says by itself that they are known to be absent.
 */
export type ShopProductDocument = {
  id: string
  externalId: string
  name: string
  brand: string | null
  model: string | null
  vendorCode: string | null
  barcodes: string[]
  description: string | null
  /** `path` leads from the root to the category itself; `names` are those of the path. */
  category: { id: string; name: string; path: string[]; names: string[] }
  shop: { id: string; name: string }
  /** Whose deliverability is the good's. */
  sellerId: string
  priceMinor: number
  oldPriceMinor: number | null
  currency: string
  url: string | null
  pictures: string[]
  available: boolean
  /** A pair per attribute, see {@link attributePair}. */
  attributes: string[]
  /** Where it is in stock: a warehouse that serves the city has units. */
  cities: string[]
  /** Units in all warehouses, and in those that serve a city. Kept, not indexed. */
  units: { total: number; byCity: Record<string, number> }
  popularity: number
  createdAt: string
  /** All of the above as a number, by which an index is compared with PostgreSQL. */
  contentHash: number
}

/** Unit separator: no seller types it, so a name may hold any visible sign. */
const SEPARATOR = '\u001f'

/** An attribute as one keyword: exact filters and facets need no nested documents. */
export const attributePair = (name: string, value: string) => `${name}${SEPARATOR}${value}`

export function splitAttributePair(pair: string): { name: string; value: string } {
  const at = pair.indexOf(SEPARATOR)
  return { name: pair.slice(0, at), value: pair.slice(at + 1) }
}
