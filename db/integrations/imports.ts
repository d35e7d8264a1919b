import { sql, type Kysely, type Selectable, type Transaction } from 'kysely'
import type { Database, ImportProblem, ImportState } from '../database.ts'

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

export const markRunning = (db: Kysely<Database>, importId: string) =>
  db
    .updateTable('import')
    .set({ state: 'running', startedAt: sql`coalesce(started_at, now())` })
    .where('id', '=', importId)
    .where('state', '=', 'queued')
    .execute()

export type StagePosition = {
  batchesRead: number
  bytesRead: number
  rowsRead: number
  newRows: number
  encoding: string
}

/**
 * Moves the position on by one batch, in the transaction that staged it.
 * @returns false when somebody else did so in the meantime: the caller's batch must not count
 */
export async function advanceStage(
  trx: Kysely<Database>,
  importId: string,
  { batchesRead, bytesRead, rowsRead, newRows, encoding }: StagePosition,
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('import')
    .set((eb) => ({
      batchesRead,
      bytesRead,
      rowsRead,
      rowsStaged: eb('rowsStaged', '+', String(newRows)),
      encoding,
    }))
    .where('id', '=', importId)
    .where('batchesRead', '=', String(batchesRead - 1))
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
