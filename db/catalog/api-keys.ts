import { sql, type Insertable, type Kysely, type Selectable, type Transaction } from 'kysely'
import type { Database } from '../database.ts'

export type ApiKeyRow = Selectable<Database['apiKey']>

/** Looks a key up by its id before its seller is known; `db` is connected as the role `storefront`. Notes the use. */
export async function findApiKey(db: Kysely<Database>, id: string): Promise<ApiKeyRow | undefined> {
  const { rows } = await sql<ApiKeyRow>`select * from find_api_key(${id})`.execute(db)
  return rows[0]
}

export const insertApiKey = (db: Kysely<Database>, key: Insertable<Database['apiKey']>) =>
  db.insertInto('apiKey').values(key).returningAll().executeTakeFirstOrThrow()

/** The seller's keys that were not revoked, by id; `afterId` is the last one of the page before. */
export const listApiKeys = (
  trx: Transaction<Database>,
  { afterId, limit }: { afterId: string | undefined; limit: number },
) =>
  trx
    .selectFrom('apiKey')
    .selectAll()
    .where('revokedAt', 'is', null)
    .$if(afterId !== undefined, (query) => query.where('id', '>', afterId ?? ''))
    .orderBy('id')
    .limit(limit)
    .execute()

/** False when the seller has no such key, or has revoked it before. */
export async function revokeApiKey(trx: Transaction<Database>, id: string): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('apiKey')
    .set({ revokedAt: sql`now()` })
    .where('id', '=', id)
    .where('revokedAt', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}
