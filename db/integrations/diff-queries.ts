import { sql, type Transaction } from 'kysely'
import type { Database } from '../database.ts'

export type ImportDifference = {
  row: string | null
  /** `row`, or beyond all rows for what the file does not name. */
  position: string
  externalId: string
  kind: 'create' | 'update' | 'deactivate'
  fields: Record<string, unknown>
}

/** In the order of the file, what it does not name last; `after` is where the page before ended. */
export async function listDiff(
  trx: Transaction<Database>,
  {
    importId,
    after,
    limit,
  }: { importId: string; after: { row: string; externalId: string }; limit: number },
): Promise<ImportDifference[]> {
  const { rows } = await sql<ImportDifference>`
    select row, ${position} as position, external_id, kind, fields from import_diff
    where import_id = ${importId} and (${position}, external_id) > (${after.row}::bigint, ${after.externalId})
    order by ${position}, external_id limit ${limit}`.execute(trx)
  return rows
}

const position = sql.raw('coalesce(row, 999999999999999999)')
