import { sql, type RawBuilder } from 'kysely'
import type { Import } from './imports.ts'

/**
 * `wanted (shop_product_id, external_id, warehouse_id, units)`: what the staged rows say of stock. A row that lists outlets
 * tells the whole stock: warehouses that it leaves out have none. A row with a plain count tells the shop's default
 * warehouse. A row that only says «available» is believed for one unit, and leaves a known quantity alone.
 */
export const wantedStock = (
  { sellerId, shopId }: Pick<Import, 'sellerId' | 'shopId'>,
  staged: RawBuilder<unknown>,
) => sql`
  wanted as (
    select shop_product.id as shop_product_id, shop_product.external_id, told.warehouse_id, told.units
    from ${staged}
    join shop_product on shop_product.shop_id = ${shopId} and shop_product.external_id = staged.external_id
    cross join lateral (
      select warehouse.id as warehouse_id, max((outlet->>'units')::int) as units
      from jsonb_array_elements(staged.outlets) outlet
      join warehouse on warehouse.seller_id = ${sellerId} and warehouse.external_id = outlet->>'externalId'
      group by warehouse.id
      union all
      select stock.warehouse_id, 0 from stock
      where staged.outlets <> '[]' and stock.shop_product_id = shop_product.id and not exists (
        select from jsonb_array_elements(staged.outlets) outlet
        join warehouse on warehouse.seller_id = ${sellerId} and warehouse.external_id = outlet->>'externalId'
        where warehouse.id = stock.warehouse_id)
      union all
      select shop.default_warehouse_id,
        case when not staged.available then 0
          else coalesce(staged.units, greatest(1, (
            select stock.units from stock
            where stock.shop_product_id = shop_product.id and stock.warehouse_id = shop.default_warehouse_id)))
        end
      from shop
      where staged.outlets = '[]' and shop.id = ${shopId} and shop.default_warehouse_id is not null
    ) told)`
