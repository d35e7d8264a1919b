import { sql, type Kysely } from 'kysely'
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
