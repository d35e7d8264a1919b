import { sql, type RawBuilder, type Transaction } from 'kysely'
import type { Database } from '../database.ts'
import type { Import } from './imports.ts'
import { categoriesOf, rowsOf } from './stage.ts'

type Trx = Transaction<Database>

/** Notes which marketplace category each of the file's categories is. */
export const mapStagedCategories = (
  trx: Trx,
  importId: string,
  externalIds: readonly string[],
  categoryIds: readonly string[],
) =>
  sql`
    update ${categoriesOf(importId)} staged set category_id = mapped.category_id
    from unnest(${externalIds}::text[], ${categoryIds}::bigint[]) mapped (external_id, category_id)
    where staged.external_id = mapped.external_id`.execute(trx)

/** Takes out and reports the rows whose category the file does not have: how many. */
export const rejectRowsWithoutCategory = (trx: Trx, { id, sellerId }: Import): Promise<number> =>
  countAffected(
    trx,
    sql`
    with rejected as (
      delete from ${rowsOf(id)} staged
      where not exists (
        select from ${categoriesOf(id)} category where category.external_id = staged.category_external_id)
      returning row, line, external_id, category_external_id)
    insert into import_row_error (import_id, seller_id, row, line, external_id, field, code, level, value)
    select ${id}::uuid, ${sellerId}::bigint, row, line, external_id, 'categoryId', 'category-unknown', 'error', category_external_id
    from rejected order by row`,
  )

/** Of rows that repeat an id the last one stays; each of the others is taken out and reported: how many. */
export const rejectRepeatedRows = (trx: Trx, { id, sellerId }: Import): Promise<number> =>
  countAffected(
    trx,
    sql`
    with repeated as (
      select external_id, max(row) as last_row from ${rowsOf(id)} group by external_id having count(*) > 1),
    rejected as (
      delete from ${rowsOf(id)} staged using repeated
      where staged.external_id = repeated.external_id and staged.row < repeated.last_row
      returning staged.row, staged.line, staged.external_id)
    insert into import_row_error (import_id, seller_id, row, line, external_id, field, code, level, value)
    select ${id}::uuid, ${sellerId}::bigint, row, line, external_id, 'id', 'duplicate-id', 'error', external_id
    from rejected order by row`,
  )

async function countAffected(trx: Trx, statement: RawBuilder<unknown>): Promise<number> {
  const { numAffectedRows } = await statement.execute(trx)
  return Number(numAffectedRows)
}

/** Takes out and reports stock in a warehouse that the seller does not have. */
export const dropUnknownOutlets = (trx: Trx, { id, sellerId }: Import) => {
  const isKnown = sql`exists (
    select from warehouse
    where warehouse.seller_id = ${sellerId}::bigint and warehouse.external_id = outlet->>'externalId')`
  return sql`
    with unknown as materialized (
      select staged.row, staged.line, staged.external_id, outlet->>'externalId' as outlet_id
      from ${rowsOf(id)} staged, jsonb_array_elements(staged.outlets) outlet
      where staged.outlets <> '[]' and not ${isKnown}),
    reported as (
      insert into import_row_error (import_id, seller_id, row, line, external_id, field, code, level, value)
      select ${id}::uuid, ${sellerId}::bigint, row, line, external_id, 'outlet', 'outlet-unknown', 'warning', outlet_id
      from unknown order by row)
    update ${rowsOf(id)} staged set outlets = coalesce((
      select jsonb_agg(outlet) from jsonb_array_elements(staged.outlets) outlet where ${isKnown}), '[]')
    where staged.row in (select row from unknown)`.execute(trx)
}

/** From here on the stage, out of which so many rows were taken, holds exactly the rows to merge. */
export async function sealStage(
  trx: Trx,
  importId: string,
  { takenOut, rejectedCount }: { takenOut: number; rejectedCount: string },
): Promise<void> {
  await sql`alter table ${rowsOf(importId)} add primary key (row)`.execute(trx)
  // Only what rows are found by, of a small sample: more statistics cost more than the merge of some thousand rows.
  await sql`set local default_statistics_target = 10`.execute(trx)
  await sql`analyze ${rowsOf(importId)} (row, external_id, category_external_id), ${categoriesOf(importId)}`.execute(
    trx,
  )
  await trx
    .updateTable('import')
    .set({
      stageValidated: true,
      rejectedCount,
      rowsStaged: sql`rows_staged - ${takenOut}`,
    })
    .where('id', '=', importId)
    .execute()
}
