import { sql, type RawBuilder } from 'kysely'
import type { Import } from './imports.ts'
import { shopProductOf } from './row-columns.ts'

/** What the row `staged` says of the shop's default warehouse, whose `stock` it is compared with. */
export const plainUnits = sql`
  case when not staged.available then 0 else coalesce(staged.units, greatest(1, stock.units)) end`

/**
 * `wanted (row, shop_product_id, warehouse_id, units, units_now)`: what the staged rows say of stock, beside what
 * there is (null for nothing). A row that lists outlets tells the whole stock: warehouses that it leaves out have none. A
 * row with a plain count tells the shop's default warehouse. A row that only says «available» is believed for one unit,
 * and leaves a known quantity alone.
 */
export const wantedStock = (
  { sellerId, shopId }: Pick<Import, 'sellerId' | 'shopId'>,
  staged: RawBuilder<unknown>,
) => sql`
  listed as materialized (
    select staged.row, shop_product.id as shop_product_id, warehouse.id as warehouse_id,
      max((outlet->>'units')::int) as units
    from ${staged}
    join ${shopProductOf(shopId)} on true
    cross join jsonb_array_elements(staged.outlets) outlet
    join warehouse on warehouse.seller_id = ${sellerId} and warehouse.external_id = outlet->>'externalId'
    where staged.outlets <> '[]'
    group by staged.row, shop_product.id, warehouse.id),
  wanted as materialized (
    select staged.row, shop_product.id as shop_product_id, shop.default_warehouse_id as warehouse_id,
      ${plainUnits} as units,
      stock.units as units_now
    from ${staged}
    join ${shopProductOf(shopId)} on true
    join shop on shop.id = ${shopId} and shop.default_warehouse_id is not null
    left join stock on stock.shop_product_id = shop_product.id and stock.warehouse_id = shop.default_warehouse_id
    where staged.outlets = '[]'
    union all
    select listed.row, listed.shop_product_id, listed.warehouse_id, listed.units, stock.units
    from listed
    left join stock on stock.shop_product_id = listed.shop_product_id and stock.warehouse_id = listed.warehouse_id
    union all
    select staged.row, shop_product.id, stock.warehouse_id, 0, stock.units
    from ${staged}
    join ${shopProductOf(shopId)} on true
    join stock on stock.shop_product_id = shop_product.id
    where staged.outlets <> '[]' and not exists (
      select from listed
      where listed.shop_product_id = stock.shop_product_id and listed.warehouse_id = stock.warehouse_id))`
