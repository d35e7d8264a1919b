/** A shop product as feeds are made of it: the seller's own terms, money in minor units, weights grams, sizes millimetres. */
export type FeedProduct = {
  shopProductId: string
  externalId: string
  offerType: string
  groupId: string | null
  name: string
  brand: string | null
  model: string | null
  vendorCode: string | null
  categoryId: string
  description: string | null
  attributes: readonly FeedAttribute[]
  barcodes: readonly string[]
  pictures: readonly string[]
  weightGrams: number | null
  lengthMm: number | null
  widthMm: number | null
  heightMm: number | null
  priceMinor: number
  oldPriceMinor: number | null
  currency: string
  url: string | null
  available: boolean
  /** In all warehouses together; `null` when no warehouse was ever told of it. */
  units: number | null
}

export type FeedAttribute = { name: string; value: string; unit?: string }

/** `path` are the names from the root down to this category. */
export type FeedCategory = { id: string; parentId: string | null; name: string; path: string[] }

/** What a marketplace takes, or every reason why it would refuse the item. */
export type Mapped<Item> = { item: Item } | { reasons: LeftOutReason[] }

export type LeftOutCode =
  | 'id-too-long'
  | 'id-characters'
  | 'name-missing'
  | 'currency-not-accepted'
  | 'category-unknown'
  | 'link-missing'
  | 'picture-missing'

/** `field` is the marketplace's name of it; `value` is what stands there, as far as a person wants to read. */
export type LeftOutReason = { field: string; code: LeftOutCode; value?: string }
