import { sql, type Kysely, type RawBuilder, type Transaction } from 'kysely'
import type { Database } from '../database.ts'
import { listStillAsShown } from './diff-stage.ts'
import type { Import } from './imports.ts'
import {
  assignments,
  current,
  names,
  productColumns,
  shopProductColumns,
  values,
} from './row-columns.ts'
import { categoriesOf, rowsOf } from './stage.ts'
import { wantedStock } from './wanted-stock.ts'

type Trx = Transaction<Database>

/** Rows `after < row <= upTo` of the stage. */
export type Chunk = { after: string; upTo: string; size: number }

export type MergeCounts = { created: number; updated: number; unchanged: number }

/** One import of a shop at a time writes: chunks of two imports never interleave inside a transaction. */
export const lockShop = (trx: Trx, shopId: string) =>
  sql`select pg_advisory_xact_lock(hashtextextended('merge:shop:' || ${shopId}::text, 0))`.execute(
    trx,
  )

/**
 * Tells the planner how large the catalogue has become. Until autovacuum comes by it takes a table that an import fills
 * for nearly empty, and scans all of it for each row of a chunk. Belongs outside the chunk's transaction: it takes a lock.
 */
export const analyzeCatalogue = (db: Kysely<Database>) =>
  sql`select analyze_catalogue()`.execute(db)

/** The next rows to merge; `undefined` when there are none left. */
export async function findChunk(
  trx: Trx,
  importId: string,
  after: string,
  size: number,
): Promise<Chunk | undefined> {
  const { rows } = await sql<{ upTo: string | null; size: string }>`
    select max(row) as up_to, count(*) as size from (
      select row from ${rowsOf(importId)} where row > ${after} order by row limit ${size}) next_rows`.execute(
    trx,
  )
  const [found] = rows
  return found?.upTo ? { after, upTo: found.upTo, size: Number(found.size) } : undefined
}

/**
 * Merges one chunk as the seller: writes only what differs, so that an unchanged row costs no write, no trigger and no
 * change. Statements lock rows in the order of the stage; a new shop product is in the catalogue and in the shop at once.
 */
export async function mergeChunk(trx: Trx, imported: Import, chunk: Chunk): Promise<MergeCounts> {
  const { id, sellerId, shopId } = imported
  const staged = await rowsToMerge(trx, imported, chunk)
  const stagedInCategory = sql`${staged}
    join ${categoriesOf(id)} category on category.external_id = staged.category_external_id`

  const externalIds = async (statement: RawBuilder<{ externalId: string }>) =>
    (await statement.execute(trx)).rows.map((row) => row.externalId)

  const updatedProducts = await externalIds(sql`
    update product set ${assignments(productColumns)}, updated_at = now()
    from ${stagedInCategory}
    where product.origin_shop_id = ${shopId} and product.external_id = staged.external_id
      and (${current('product', productColumns)}) is distinct from (${values(productColumns)})
    returning product.external_id`)

  const updatedShopProducts = await externalIds(sql`
    update shop_product set ${assignments(shopProductColumns)}, updated_at = now()
    from ${staged}
    where shop_product.shop_id = ${shopId} and shop_product.external_id = staged.external_id
      and (${current('shop_product', shopProductColumns)}) is distinct from (${values(shopProductColumns)})
    returning shop_product.external_id`)

  await sql`
    insert into product (seller_id, origin_shop_id, external_id, ${names(productColumns)})
    select ${sellerId}::bigint, ${shopId}::bigint, staged.external_id, ${values(productColumns)}
    from ${stagedInCategory}
    where not exists (
      select from product where product.origin_shop_id = ${shopId} and product.external_id = staged.external_id)
    order by staged.row`.execute(trx)

  const created = await externalIds(sql`
    insert into shop_product (seller_id, shop_id, product_id, external_id, ${names(shopProductColumns)})
    select ${sellerId}::bigint, ${shopId}::bigint, product.id, staged.external_id, ${values(shopProductColumns)}
    from ${staged}
    join product on product.origin_shop_id = ${shopId} and product.external_id = staged.external_id
    where not exists (
      select from shop_product where shop_product.shop_id = ${shopId} and shop_product.external_id = staged.external_id)
    order by staged.row
    returning external_id`)

  const restocked = await mergeStock(trx, imported, staged)

  const isNew = new Set(created)
  const changed = new Set(
    [...updatedProducts, ...updatedShopProducts, ...restocked].filter((one) => !isNew.has(one)),
  )
  return {
    created: created.length,
    updated: changed.size,
    unchanged: imported.shown > 0 ? 0 : chunk.size - created.length - changed.size,
  }
}

async function rowsToMerge(trx: Trx, imported: Import, chunk: Chunk): Promise<RawBuilder<unknown>> {
  const { id, shown } = imported
  if (shown === 0)
    return sql`(select * from ${rowsOf(id)} where row > ${chunk.after} and row <= ${chunk.upTo}) staged`
  const rows = await listStillAsShown(trx, imported, chunk)
  return sql`(select * from ${rowsOf(id)} where row = any (${rows}::bigint[])) staged`
}

/** @returns external ids of the rows whose stock changed */
async function mergeStock(
  trx: Trx,
  imported: Import,
  staged: RawBuilder<unknown>,
): Promise<string[]> {
  const { rows } = await sql<{ externalId: string }>`
    with ${wantedStock(imported, staged)},
    changed as (
      update stock set units = wanted.units, updated_at = now()
      from wanted
      where stock.shop_product_id = wanted.shop_product_id and stock.warehouse_id = wanted.warehouse_id
        and stock.units <> wanted.units),
    added as (
      insert into stock (shop_product_id, warehouse_id, seller_id, units)
      select shop_product_id, warehouse_id, ${imported.sellerId}::bigint, units
      from wanted where units > 0 and units_now is null
      order by shop_product_id)
    select distinct external_id from wanted where units <> coalesce(units_now, 0)`.execute(trx)
  return rows.map((row) => row.externalId)
}

/** Moves the merge's position on, in the transaction that merged the chunk. */
export async function advanceMerge(
  trx: Trx,
  importId: string,
  { after, upTo }: Chunk,
  { created, updated, unchanged }: MergeCounts,
): Promise<void> {
  await trx
    .updateTable('import')
    .set((eb) => ({
      mergedRow: upTo,
      createdCount: eb('createdCount', '+', String(created)),
      updatedCount: eb('updatedCount', '+', String(updated)),
      unchangedCount: eb('unchangedCount', '+', String(unchanged)),
    }))
    .where('id', '=', importId)
    .where('mergedRow', '=', after)
    .executeTakeFirstOrThrow()
}
