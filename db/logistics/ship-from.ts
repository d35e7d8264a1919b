import { sql, type Kysely } from 'kysely'
import type { PackedLine } from '../../domain/logistics/pack.ts'
import type { Database } from '../database.ts'

/** The warehouse that holds the most of an order's units, or else the shop's own. */
export async function findWarehouseOf(
  db: Kysely<Database>,
  orderId: string,
): Promise<string | undefined> {
  const { rows } = await sql<{ warehouseId: string }>`
    select coalesce(
      (select warehouse_id from stock_reservation where order_id = ${orderId} and state <> 'released'
        group by 1 order by sum(units) desc, 1 limit 1),
      (select default_warehouse_id from shop join sales_order on sales_order.shop_id = shop.id
        where sales_order.id = ${orderId})) as warehouse_id`.execute(db)
  return rows[0]?.warehouseId ?? undefined
}

/** Where a shop sends from unless an order's units say otherwise; `undefined` for a shop that is not there. */
export const findDefaultWarehouse = (
  db: Kysely<Database>,
  shopId: string,
): Promise<{ id: string | null } | undefined> =>
  db
    .selectFrom('shop')
    .select('defaultWarehouseId as id')
    .where('id', '=', shopId)
    .executeTakeFirst()

/** What an order's units weigh and measure; `null` for what is not known, or is in the catalogue no more. */
export const listPackedLines = (db: Kysely<Database>, orderId: string): Promise<PackedLine[]> =>
  db
    .selectFrom('orderLine')
    .leftJoin('shopProduct', 'shopProduct.id', 'orderLine.shopProductId')
    .leftJoin('product', 'product.id', 'shopProduct.productId')
    .select(['orderLine.quantity', 'product.weightGrams as weightG'])
    .select(['product.lengthMm', 'product.widthMm', 'product.heightMm'])
    .where('orderLine.orderId', '=', orderId)
    .execute()

/** Whether carriers are told where to fetch, and from whom. */
export const hasDispatch = async (db: Kysely<Database>, warehouseId: string): Promise<boolean> =>
  (await db
    .selectFrom('warehouseDispatch')
    .select('warehouseId')
    .where('warehouseId', '=', warehouseId)
    .executeTakeFirst()) !== undefined
