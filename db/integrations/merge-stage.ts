import { sql, type RawBuilder, type Transaction } from 'kysely'
import type { Database } from '../database.ts'
import { listStillAsShown } from './diff-stage.ts'
import type { Import } from './imports.ts'
import type { Lane } from './lanes.ts'
import {
  insertProducts,
  insertShopProducts,
  listDiffering,
  updateProducts,
  updateShopProducts,
  type Differing,
} from './merge-goods.ts'
import { rowsOf } from './stage.ts'
import { wantedStock } from './wanted-stock.ts'

type Trx = Transaction<Database>

/** Rows `after < row <= upTo` of the stage. */
export type Chunk = { after: string; upTo: string; size: number }

export type MergeCounts = { created: number; updated: number; unchanged: number }

/** The next rows of a lane; `undefined` when there are none left. */
export async function findChunk(
  trx: Trx,
  importId: string,
  { mergedRow, lastRow }: Lane,
  size: number,
): Promise<Chunk | undefined> {
  const { rows } = await sql<{ upTo: string | null; size: string }>`
    select max(row) as up_to, count(*) as size from (
      select row from ${rowsOf(importId)} where row > ${mergedRow} and row <= ${lastRow}
      order by row limit ${size}) next_rows`.execute(trx)
  const [found] = rows
  return found?.upTo ? { after: mergedRow, upTo: found.upTo, size: Number(found.size) } : undefined
}

/** Rows written in one transaction: long enough to be fast, short enough that locks and changes come in small bursts. */
const MOST_WRITTEN = 5_000

/**
 * Merges a chunk as the seller, or as much of it as differs in `MOST_WRITTEN` rows: writes only what differs, so that an
 * unchanged row costs no write, no trigger and no change. Statements lock rows in the order of the stage; a new shop
 * product is in the catalogue and in the shop at once.
 * @returns the last row that is merged, with the counts up to it
 */
export async function mergeChunk(
  trx: Trx,
  imported: Import,
  looked: Chunk,
): Promise<MergeCounts & { upTo: string }> {
  await findByKeys(trx)
  const staged = await rowsToMerge(trx, imported, looked)
  const differing = await listDiffering(trx, imported, staged, MOST_WRITTEN)
  const chunk =
    differing.length < MOST_WRITTEN ? looked : await upTo(trx, imported, looked, differing.at(-1)!)
  const which = (holds: (row: Differing) => boolean) => differing.filter(holds)

  await updateProducts(
    trx,
    imported,
    which(({ productDiffers }) => productDiffers),
  )
  await updateShopProducts(
    trx,
    imported,
    which(({ shopProductDiffers }) => shopProductDiffers),
  )
  const newIds = await insertProducts(
    trx,
    imported,
    which(({ productId }) => productId === null),
  )
  const newGoods = which(({ shopProductId }) => shopProductId === null)
  await insertShopProducts(
    trx,
    imported,
    newGoods.map(({ row }) => row),
    newGoods.map(({ externalId, productId }) => productId ?? newIds.get(externalId)!),
  )
  const restocked = await mergeStock(
    trx,
    imported,
    which(({ shopProductId, stockDiffers }) => shopProductId === null || stockDiffers),
  )

  const created = newGoods.length
  const written = new Set([
    ...which(
      (row) => row.shopProductId === null || row.productDiffers || row.shopProductDiffers,
    ).map(({ row }) => row),
    ...restocked,
  ])
  const updated = written.size - created
  return {
    upTo: chunk.upTo,
    created,
    updated,
    unchanged: imported.shown > 0 ? 0 : chunk.size - created - updated,
  }
}

async function upTo(
  trx: Trx,
  { id }: Import,
  { after }: Chunk,
  { row }: Differing,
): Promise<Chunk> {
  const { rows } = await sql<{ size: string }>`
    select count(*) as size from ${rowsOf(id)} where row > ${after} and row <= ${row}`.execute(trx)
  return { after, upTo: row, size: Number(rows[0]!.size) }
}

/**
 * Lets the planner find goods by their keys alone, until the transaction ends. Its statistics are always behind while an
 * import fills the tables: it would scan all goods for each chunk.
 */
const findByKeys = (trx: Trx) =>
  sql`select set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
    set_config('enable_mergejoin', 'off', true)`.execute(trx)

async function rowsToMerge(trx: Trx, imported: Import, chunk: Chunk): Promise<RawBuilder<unknown>> {
  const { id, shown } = imported
  if (shown === 0)
    return sql`(select * from ${rowsOf(id)} where row > ${chunk.after} and row <= ${chunk.upTo}) staged`
  const rows = await listStillAsShown(trx, imported, chunk)
  return stagedAt(id, rows)
}

const stagedAt = (importId: string, rows: readonly string[]) =>
  sql`(select * from ${rowsOf(importId)} where row = any (${rows}::bigint[])) staged`

/** @returns the rows whose stock changed */
async function mergeStock(
  trx: Trx,
  imported: Import,
  differing: readonly Differing[],
): Promise<string[]> {
  if (differing.length === 0) return []
  const staged = stagedAt(
    imported.id,
    differing.map(({ row }) => row),
  )
  const { rows } = await sql<{ row: string }>`
    with ${wantedStock(imported, staged)},
    changed as (
      update stock set units = wanted.units, updated_at = now()
      from wanted
      where stock.shop_product_id = wanted.shop_product_id and stock.warehouse_id = wanted.warehouse_id
        and wanted.units_now <> wanted.units),
    added as (
      insert into stock (shop_product_id, warehouse_id, seller_id, units)
      select shop_product_id, warehouse_id, ${imported.sellerId}::bigint, units
      from wanted where units > 0 and units_now is null
      order by row)
    select distinct row from wanted where units <> coalesce(units_now, 0)`.execute(trx)
  return rows.map(({ row }) => row)
}

/** The last thing in a chunk's transaction: lanes meet here. */
export const countMerged = (
  trx: Trx,
  importId: string,
  { created, updated, unchanged }: MergeCounts,
) =>
  trx
    .updateTable('import')
    .set((eb) => ({
      createdCount: eb('createdCount', '+', String(created)),
      updatedCount: eb('updatedCount', '+', String(updated)),
      unchangedCount: eb('unchangedCount', '+', String(unchanged)),
    }))
    .where('id', '=', importId)
    .execute()
