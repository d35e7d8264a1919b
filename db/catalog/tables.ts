import type { Generated, JSONColumnType } from 'kysely'
import type {
  Id,
  GeneratedId,
  Instant,
  OptionalInstant,
  Count,
  Amount,
  OptionalAmount,
} from '../columns.ts'

export type CatalogTables = {
  city: { id: string; name: string; nameEn: string; timeZone: string; position: number }
  seller: { id: GeneratedId; name: string; createdAt: Instant }
  warehouse: { id: GeneratedId; sellerId: Id; externalId: string; name: string; cityId: string }
  warehouseCity: { warehouseId: Id; cityId: string; sellerId: Id }
  shop: {
    id: GeneratedId
    sellerId: Id
    name: string
    slug: string
    url: string | null
    state: Generated<'active' | 'suspended'>
    defaultWarehouseId: Id | null
    createdAt: Instant
  }
  category: { id: GeneratedId; parentId: Id | null; name: string; path: Id[] }
  product: {
    id: GeneratedId
    sellerId: Id
    originShopId: Id
    externalId: string
    groupId: string | null
    offerType: string
    name: string
    brand: string | null
    model: string | null
    vendorCode: string | null
    categoryId: Id
    description: string | null
    attributes: JSONColumnType<Attribute[]>
    barcodes: Generated<string[]>
    pictures: Generated<string[]>
    weightGrams: number | null
    lengthMm: number | null
    widthMm: number | null
    heightMm: number | null
    createdAt: Instant
    updatedAt: Instant
  }
  shopProduct: {
    id: GeneratedId
    sellerId: Id
    shopId: Id
    productId: Id
    /** Of the product. */
    categoryId: Generated<Id>
    externalId: string
    priceMinor: Amount
    oldPriceMinor: OptionalAmount
    currency: string
    url: string | null
    available: boolean
    active: Generated<boolean>
    popularity: Count
    createdAt: Instant
    updatedAt: Instant
  }
  stock: { shopProductId: Id; warehouseId: Id; sellerId: Id; units: number; updatedAt: Instant }
  apiKey: {
    id: string
    sellerId: Id | null
    name: string
    secretHash: string
    scopes: string[]
    expiresAt: OptionalInstant
    lastUsedAt: OptionalInstant
    revokedAt: OptionalInstant
    createdAt: Instant
  }
  /** Where a seller's carriers reach beyond the cities that its warehouses serve. */
  deliveryCity: { sellerId: Id; cityId: string }
}

export type Attribute = { name: string; value: string; unit?: string }
