import { sql } from 'kysely'

type Columns = Record<string, string>

/** Column of `product` ← expression over the row `staged` and its `category`. */
export const productColumns: Columns = {
  group_id: 'staged.group_id',
  offer_type: 'staged.offer_type',
  name: 'staged.name',
  brand: 'staged.brand',
  model: 'staged.model',
  vendor_code: 'staged.vendor_code',
  category_id: 'category.category_id',
  description: 'staged.description',
  attributes: 'staged.attributes',
  barcodes: 'staged.barcodes',
  pictures: 'staged.pictures',
  weight_grams: 'staged.weight_grams',
  length_mm: 'staged.length_mm',
  width_mm: 'staged.width_mm',
  height_mm: 'staged.height_mm',
}

/** Column of `shop_product` ← expression over the row `staged`. */
export const shopProductColumns: Columns = {
  price_minor: 'staged.price_minor',
  old_price_minor: 'staged.old_price_minor',
  currency: 'staged.currency',
  url: 'staged.url',
  available: 'staged.available',
  active: 'true',
}

export const names = (columns: Columns) => sql.raw(Object.keys(columns).join(', '))
export const values = (columns: Columns) => sql.raw(Object.values(columns).join(', '))
export const assignments = (columns: Columns) =>
  sql.raw(
    Object.entries(columns)
      .map(([column, value]) => `${column} = ${value}`)
      .join(', '),
  )
export const current = (table: string, columns: Columns) =>
  sql.raw(
    Object.keys(columns)
      .map((column) => `${table}.${column}`)
      .join(', '),
  )

/** `(name, before, after)` of each column, as jsonb. */
export const comparisons = (table: string, columns: Columns) =>
  sql.raw(
    Object.entries(columns)
      .map(([column, value]) => `('${column}', to_jsonb(${table}.${column}), to_jsonb(${value}))`)
      .join(', '),
  )

/**
 * The shop's own product, and its shop product, of the row `staged`, each found by its unique key: `offset 0` keeps the
 * planner from beginning with all goods of the shop, of which it believes that there are few.
 */
export const productOf = (shopId: string) => sql`lateral (
  select * from product
  where product.origin_shop_id = ${shopId} and product.external_id = staged.external_id offset 0) product`

export const shopProductOf = (shopId: string) => sql`lateral (
  select * from shop_product
  where shop_product.shop_id = ${shopId} and shop_product.external_id = staged.external_id offset 0) shop_product`
