import type { Kysely } from 'kysely'
import type { TableMapping } from '../../domain/integrations/table/mapping.ts'
import type { Database } from '../database.ts'

/** The mapping that this seller has confirmed for a table with these headers. */
export async function findTableMapping(
  db: Kysely<Database>,
  { sellerId, fingerprint }: { sellerId: string; fingerprint: string },
): Promise<TableMapping | undefined> {
  const found = await db
    .selectFrom('tableMapping')
    .select('mapping')
    .where('sellerId', '=', sellerId)
    .where('fingerprint', '=', fingerprint)
    .executeTakeFirst()
  return found?.mapping
}

export const rememberTableMapping = (
  db: Kysely<Database>,
  {
    sellerId,
    fingerprint,
    mapping,
  }: { sellerId: string; fingerprint: string; mapping: TableMapping },
) =>
  db
    .insertInto('tableMapping')
    .values({ sellerId, fingerprint, mapping: JSON.stringify(mapping) })
    .onConflict((conflict) =>
      conflict
        .columns(['sellerId', 'fingerprint'])
        .doUpdateSet({ mapping: JSON.stringify(mapping), updatedAt: new Date() }),
    )
    .execute()
