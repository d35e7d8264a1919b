import { sql, type RawBuilder, type Transaction } from 'kysely'
import type { Database } from '../database.ts'
import type { Import } from './imports.ts'
import {
  assignments,
  current,
  names,
  productColumns,
  productOf,
  shopProductColumns,
  shopProductOf,
  values,
} from './row-columns.ts'
import { categoriesOf, rowsOf } from './stage.ts'
import { plainUnits } from './wanted-stock.ts'

type Trx = Transaction<Database>

/** A staged row that the catalogue does not say the same of; ids are null for what is not there. */
export type Differing = {
  row: string
  externalId: string
  productId: string | null
  shopProductId: string | null
  productDiffers: boolean
  shopProductDiffers: boolean
  /** True also for a row that lists outlets: what it says of stock is still to be compared. */
  stockDiffers: boolean
}

/** The first `limit`, in the order of the file. */
export async function listDiffering(
  trx: Trx,
  { id, shopId }: Import,
  staged: RawBuilder<unknown>,
  limit: number,
): Promise<Differing[]> {
  const { rows } = await sql<Differing>`
    select * from (
      select staged.row, staged.external_id, product.id as product_id, shop_product.id as shop_product_id,
        product.id is not null
          and (${current('product', productColumns)}) is distinct from (${values(productColumns)}) as product_differs,
        shop_product.id is not null
          and (${current('shop_product', shopProductColumns)}) is distinct from (${values(shopProductColumns)})
          as shop_product_differs,
        staged.outlets <> '[]'
          or (shop.default_warehouse_id is not null and ${plainUnits} <> coalesce(stock.units, 0)) as stock_differs
      from ${staged}
      join ${categoriesOf(id)} category on category.external_id = staged.category_external_id
      join shop on shop.id = ${shopId}
      left join ${productOf(shopId)} on true
      left join ${shopProductOf(shopId)} on true
      left join lateral (
        select units from stock
        where stock.shop_product_id = shop_product.id and stock.warehouse_id = shop.default_warehouse_id
        offset 0) stock on true) compared
    where shop_product_id is null or product_differs or shop_product_differs or stock_differs
    order by row
    limit ${limit}`.execute(trx)
  return rows
}

export async function updateProducts(
  trx: Trx,
  { id }: Import,
  differing: readonly Differing[],
): Promise<void> {
  if (differing.length === 0) return
  await sql`
    update product set ${assignments(productColumns)}, updated_at = now()
    from ${told(
      differing.map(({ row }) => row),
      differing.map(({ productId }) => productId),
    )}
    join ${rowsOf(id)} staged on staged.row = told.row
    join ${categoriesOf(id)} category on category.external_id = staged.category_external_id
    where product.id = told.id`.execute(trx)
}

export async function updateShopProducts(
  trx: Trx,
  { id }: Import,
  differing: readonly Differing[],
): Promise<void> {
  if (differing.length === 0) return
  await sql`
    update shop_product set ${assignments(shopProductColumns)}, updated_at = now()
    from ${told(
      differing.map(({ row }) => row),
      differing.map(({ shopProductId }) => shopProductId),
    )}
    join ${rowsOf(id)} staged on staged.row = told.row
    where shop_product.id = told.id`.execute(trx)
}

/** @returns the new ids by external id */
export async function insertProducts(
  trx: Trx,
  { id, sellerId, shopId }: Import,
  differing: readonly Differing[],
): Promise<Map<string, string>> {
  if (differing.length === 0) return new Map()
  const { rows } = await sql<{ id: string; externalId: string }>`
    insert into product (seller_id, origin_shop_id, external_id, ${names(productColumns)})
    select ${sellerId}::bigint, ${shopId}::bigint, staged.external_id, ${values(productColumns)}
    from ${rowsOf(id)} staged
    join ${categoriesOf(id)} category on category.external_id = staged.category_external_id
    where staged.row = any (${differing.map(({ row }) => row)}::bigint[])
    order by staged.row
    returning id, external_id`.execute(trx)
  return new Map(rows.map((row) => [row.externalId, row.id]))
}

export async function insertShopProducts(
  trx: Trx,
  { id, sellerId, shopId }: Import,
  rows: readonly string[],
  productIds: readonly string[],
): Promise<void> {
  if (rows.length === 0) return
  await sql`
    insert into shop_product (seller_id, shop_id, product_id, category_id, external_id, ${names(shopProductColumns)})
    select ${sellerId}::bigint, ${shopId}::bigint, product.id, product.category_id, staged.external_id, ${values(shopProductColumns)}
    from ${told(rows, productIds)}
    join product on product.id = told.id
    join ${rowsOf(id)} staged on staged.row = told.row
    order by told.row`.execute(trx)
}

const told = (rows: readonly string[], ids: readonly (string | null)[]) =>
  sql`unnest(${rows}::bigint[], ${ids}::bigint[]) told (row, id)`
