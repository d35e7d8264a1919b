import { sql, type Kysely } from 'kysely'
import type { Database } from '../database.ts'
import type { Import } from './imports.ts'

/**
 * An import's rows on their way in: unlogged tables of its own, without row-level security (COPY refuses it). A crash of
 * PostgreSQL empties them, which `isStageWhole` notices.
 */
export const stageRowsTable = (importId: string) => `stage.rows_${importId.replaceAll('-', '')}`
export const stageCategoriesTable = (importId: string) =>
  `stage.categories_${importId.replaceAll('-', '')}`

export const rowsOf = (importId: string) => sql.table(stageRowsTable(importId))
export const categoriesOf = (importId: string) => sql.table(stageCategoriesTable(importId))

export const stageColumns = [
  'row',
  'line',
  'external_id',
  'group_id',
  'offer_type',
  'name',
  'brand',
  'model',
  'vendor_code',
  'category_external_id',
  'description',
  'attributes',
  'barcodes',
  'pictures',
  'weight_grams',
  'length_mm',
  'width_mm',
  'height_mm',
  'price_minor',
  'old_price_minor',
  'currency',
  'url',
  'available',
  'units',
  'outlets',
] as const

/** Begins from nothing: empty tables, position zero, no row errors. What was merged before stays merged. */
export async function resetStage(trx: Kysely<Database>, importId: string): Promise<void> {
  await dropStage(trx, importId)
  await sql`
    create unlogged table ${rowsOf(importId)} (
      row bigint not null,
      line bigint,
      external_id text not null,
      group_id text,
      offer_type text not null,
      name text not null,
      brand text,
      model text,
      vendor_code text,
      category_external_id text not null,
      description text,
      attributes jsonb not null,
      barcodes text[] not null,
      pictures text[] not null,
      weight_grams int,
      length_mm int,
      width_mm int,
      height_mm int,
      price_minor bigint not null,
      old_price_minor bigint,
      currency text not null,
      url text,
      available boolean not null,
      units int,
      outlets jsonb not null
    )`.execute(trx)
  await sql`
    create unlogged table ${categoriesOf(importId)} (
      position bigint generated always as identity,
      external_id text primary key,
      parent_external_id text,
      name text not null,
      category_id bigint
    )`.execute(trx)
  await sql`grant select on ${rowsOf(importId)}, ${categoriesOf(importId)} to yarmarka_seller`.execute(
    trx,
  )
  await trx.deleteFrom('importRowError').where('importId', '=', importId).execute()
  await trx
    .updateTable('import')
    .set({
      bytesRead: 0,
      batchesRead: 0,
      rowsRead: 0,
      rowsStaged: 0,
      stageComplete: false,
      stageValidated: false,
    })
    .where('id', '=', importId)
    .execute()
}

export const dropStage = (db: Kysely<Database>, importId: string) =>
  sql`drop table if exists ${rowsOf(importId)}, ${categoriesOf(importId)}`.execute(db)

/** True when every row that was staged is still there. */
export async function isStageWhole(
  db: Kysely<Database>,
  importId: string,
  rowsStaged: string,
): Promise<boolean> {
  const { rows: found } = await sql<{ exists: boolean }>`
    select to_regclass(${stageRowsTable(importId)}) is not null as exists`.execute(db)
  if (!found[0]?.exists) return false
  const { rows } = await sql<{ count: string }>`
    select count(*) from ${rowsOf(importId)}`.execute(db)
  return rows[0]?.count === rowsStaged
}

/** True when the stage, which held rows, holds none: PostgreSQL crashed and came back. */
export async function isStageEmptied(
  trx: Kysely<Database>,
  { id, rowsStaged }: Pick<Import, 'id' | 'rowsStaged'>,
): Promise<boolean> {
  if (rowsStaged === '0') return false
  const { rows } = await sql<{ found: boolean }>`
    select exists (select from ${rowsOf(id)}) as found`.execute(trx)
  return !rows[0]?.found
}

export type StagedCategory = { externalId: string; parentExternalId: string | null; name: string }

/** The first definition of a category wins. */
export async function stageCategories(
  trx: Kysely<Database>,
  importId: string,
  categories: readonly StagedCategory[],
): Promise<void> {
  if (categories.length === 0) return
  await sql`
    insert into ${categoriesOf(importId)} (external_id, parent_external_id, name)
    select * from unnest(
      ${categories.map((category) => category.externalId)}::text[],
      ${categories.map((category) => category.parentExternalId)}::text[],
      ${categories.map((category) => category.name)}::text[])
    on conflict (external_id) do nothing`.execute(trx)
}

export async function listStagedCategories(
  db: Kysely<Database>,
  importId: string,
): Promise<StagedCategory[]> {
  const { rows } = await sql<StagedCategory>`
    select external_id, parent_external_id, name from ${categoriesOf(importId)} order by position`.execute(
    db,
  )
  return rows
}
