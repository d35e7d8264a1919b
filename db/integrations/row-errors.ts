import { sql, type Kysely } from 'kysely'
import type { RowError } from '../../domain/integrations/row.ts'
import type { Database } from '../database.ts'

export type NewRowError = {
  row: number
  line?: number
  externalId?: string
  field?: string
  code: string
  level: 'error' | 'warning'
  value?: string
}

export async function insertRowErrors(
  trx: Kysely<Database>,
  { importId, sellerId }: { importId: string; sellerId: string },
  errors: readonly NewRowError[],
): Promise<void> {
  if (errors.length === 0) return
  const column = <K extends keyof NewRowError>(key: K) =>
    errors.map((error) => {
      const value = error[key]
      return typeof value === 'string' ? value.replaceAll('\0', '') : (value ?? null)
    })
  await sql`
    insert into import_row_error (import_id, seller_id, row, line, external_id, field, code, level, value)
    select ${importId}::uuid, ${sellerId}::bigint, * from unnest(
      ${column('row')}::bigint[], ${column('line')}::bigint[], ${column('externalId')}::text[],
      ${column('field')}::text[], ${column('code')}::text[], ${column('level')}::text[], ${column('value')}::text[])`.execute(
    trx,
  )
}

/** Rows that are kept out, each counted once however many reasons it has. */
export async function countRejectedRows(db: Kysely<Database>, importId: string): Promise<string> {
  const { count } = await db
    .selectFrom('importRowError')
    .select((eb) => eb.fn.count<string>('row').distinct().as('count'))
    .where('importId', '=', importId)
    .where('level', '=', 'error')
    .executeTakeFirstOrThrow()
  return count
}

export async function hasRejectedRows(db: Kysely<Database>, importId: string): Promise<boolean> {
  const found = await db
    .selectFrom('importRowError')
    .select('row')
    .where('importId', '=', importId)
    .where('level', '=', 'error')
    .where('row', '>', '0')
    .limit(1)
    .executeTakeFirst()
  return found !== undefined
}

/** Rows that are kept out, with everything that was found about each, in the order of the file. */
export async function listRejectedRows(
  db: Kysely<Database>,
  { importId, afterRow, limit }: { importId: string; afterRow: number; limit: number },
): Promise<{ row: number; errors: RowError[] }[]> {
  const { rows } = await sql<{ row: string; errors: Omit<RowError, 'row'>[] }>`
    select row, jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
      'code', code, 'level', level, 'field', field, 'value', value)) order by seq) as errors
    from import_row_error
    where import_id = ${importId} and row > ${afterRow}
    group by row having bool_or(level = 'error')
    order by row limit ${limit}`.execute(db)
  return rows.map(({ row, errors }) => ({
    row: Number(row),
    errors: errors.map((error) => ({ ...error, row: Number(row) })),
  }))
}
