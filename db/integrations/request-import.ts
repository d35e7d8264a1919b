import type { Insertable, Transaction } from 'kysely'
import type { Database } from '../database.ts'
import { appendEvent } from '../events.ts'
import { insertImport } from './import-queries.ts'
import type { Import } from './imports.ts'

/** Records an import with the event by which the relay starts it. */
export async function requestImport(
  trx: Transaction<Database>,
  values: Insertable<Database['import']>,
): Promise<Import> {
  const row = await insertImport(trx, values)
  await appendEvent(trx, {
    sellerId: row.sellerId,
    type: 'import.requested',
    subject: `import:${row.id}`,
    data: { importId: row.id },
    traceParent: row.traceParent,
  })
  return row
}
