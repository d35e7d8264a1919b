type Named = { id: string; name: string }
type Money = { amount: number; currency: string }

/** A shop product as it is listed and found: what buyers see of it in a list. */
export type ShownShopProduct = {
  id: string
  externalId: string
  name: string
  brand?: string | undefined
  category: Named
  shop: Named
  price: Money
  oldPrice?: Money | undefined
  picture?: string | undefined
  url?: string | undefined
  available: boolean
  /** Units in the city; when none was asked for, in all warehouses. */
  stock: number
}

/** A row of PostgreSQL, with the units that count where it is shown. */
export type ShopProductRow = {
  id: string
  externalId: string
  name: string
  brand: string | null
  categoryId: string
  categoryName: string
  shopId: string
  shopName: string
  priceMinor: string
  oldPriceMinor: string | null
  currency: string
  picture: string | null
  url: string | null
  available: boolean
  units: string
}

export const toShopProduct = (row: ShopProductRow): ShownShopProduct => ({
  id: row.id,
  externalId: row.externalId,
  name: row.name,
  ...(row.brand && { brand: row.brand }),
  category: { id: row.categoryId, name: row.categoryName },
  shop: { id: row.shopId, name: row.shopName },
  price: { amount: Number(row.priceMinor), currency: row.currency },
  ...(row.oldPriceMinor && {
    oldPrice: { amount: Number(row.oldPriceMinor), currency: row.currency },
  }),
  ...(row.picture && { picture: row.picture }),
  ...(row.url && { url: row.url }),
  available: row.available,
  stock: Number(row.units),
})
