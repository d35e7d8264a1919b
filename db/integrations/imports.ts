import { sql, type Kysely, type Selectable, type Transaction } from 'kysely'
import type { FoundTable, TableMapping } from '../../domain/integrations/table/mapping.ts'
import type { Database } from '../database.ts'
import type { ImportProblem, ImportState } from './import-tables.ts'
import type { DiffCounts } from './diff-stage.ts'

export type Import = Selectable<Database['import']>

export const getImport = (db: Kysely<Database>, importId: string): Promise<Import> =>
  db.selectFrom('import').selectAll().where('id', '=', importId).executeTakeFirstOrThrow()

/** Waits for whoever else works on this import: a first attempt that was given up may still be running. */
export const lockImport = (trx: Transaction<Database>, importId: string): Promise<Import> =>
  trx
    .selectFrom('import')
    .selectAll()
    .where('id', '=', importId)
    .forUpdate()
    .executeTakeFirstOrThrow()

export type StagePosition = {
  batchesRead: number
  bytesRead: number
  rowsRead: number
  newRows: number
  encoding: string
  delimiter?: string
}

/**
 * Moves the position on from so many batches, in the transaction that staged the next ones.
 * @returns false when somebody else did so in the meantime: the caller's batches must not count
 */
export async function advanceStage(
  trx: Kysely<Database>,
  importId: string,
  from: number,
  { batchesRead, bytesRead, rowsRead, newRows, encoding, delimiter }: StagePosition,
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('import')
    .set((eb) => ({
      batchesRead,
      bytesRead,
      rowsRead,
      rowsStaged: eb('rowsStaged', '+', String(newRows)),
      encoding,
      delimiter: delimiter ?? null,
    }))
    .where('id', '=', importId)
    .where('batchesRead', '=', String(from))
    .where('stageComplete', '=', false)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

export const completeStage = (db: Kysely<Database>, importId: string) =>
  db
    .updateTable('import')
    .set({ stageComplete: true, bytesRead: sql`bytes_total`, readAt: sql`now()` })
    .where('id', '=', importId)
    .execute()

export const recordProblem = (db: Kysely<Database>, importId: string, problem: ImportProblem) =>
  db
    .updateTable('import')
    .set({ problem: JSON.stringify(problem) })
    .where('id', '=', importId)
    .execute()

/**
 * Ends an import once.
 * @returns false when it had ended before
 */
export async function finishImport(
  trx: Kysely<Database>,
  importId: string,
  state: Extract<ImportState, 'completed' | 'failed' | 'cancelled'>,
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('import')
    .set({ state, finishedAt: sql`now()` })
    .where('id', '=', importId)
    .where('finishedAt', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Shows the differences and lets go of the shop's turn; the apply begins at the first row again. */
export const showForApply = (
  trx: Kysely<Database>,
  importId: string,
  { shown, held, toCreate, toUpdate, toDeactivate }: DiffCounts & { shown: number; held: boolean },
) =>
  trx
    .updateTable('import')
    .set({
      state: 'awaiting-apply',
      shown,
      deactivationHeld: held,
      toCreateCount: toCreate,
      toUpdateCount: toUpdate,
      toDeactivateCount: toDeactivate,
    })
    .where('id', '=', importId)
    .execute()

/** Stops until the seller has said what the columns are, and lets go of the shop's turn. */
export const askForMapping = (trx: Kysely<Database>, importId: string, found: FoundTable) =>
  trx
    .updateTable('import')
    .set({ state: 'awaiting-mapping', foundTable: JSON.stringify(found) })
    .where('id', '=', importId)
    .execute()

/** By which mapping the table is read, from its first row to its last. */
export const keepMapping = (db: Kysely<Database>, importId: string, mapping: TableMapping) =>
  db
    .updateTable('import')
    .set({ mapping: JSON.stringify(mapping) })
    .where('id', '=', importId)
    .execute()

/** What the file says and the catalogue has already: all that was neither created nor updated. */
export const countRestAsUnchanged = (trx: Kysely<Database>, importId: string) =>
  trx
    .updateTable('import')
    .set({
      unchangedCount: sql`rows_staged - created_count - updated_count`,
      toCreateCount: 0,
      toUpdateCount: 0,
      toDeactivateCount: 0,
    })
    .where('id', '=', importId)
    .execute()

export const countDeactivated = (trx: Kysely<Database>, importId: string, count: number) =>
  trx
    .updateTable('import')
    .set((eb) => ({ deactivatedCount: eb('deactivatedCount', '+', String(count)) }))
    .where('id', '=', importId)
    .execute()

/** Where the workbook of the rejected rows is stored. */
export const keepReport = (db: Kysely<Database>, importId: string, reportKey: string) =>
  db.updateTable('import').set({ reportKey }).where('id', '=', importId).execute()
