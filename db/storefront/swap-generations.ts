import type { Kysely, Transaction } from 'kysely'
import type { Database } from '../database.ts'
import type { SearchGenerationState } from './tables.ts'
import type { SearchGenerationRow } from './search-generations.ts'

export const findGeneration = (
  db: Kysely<Database>,
  id: string,
): Promise<SearchGenerationRow | undefined> =>
  db.selectFrom('searchGeneration').selectAll().where('id', '=', id).executeTakeFirst()

export const listGenerations = (
  db: Kysely<Database>,
  ...states: SearchGenerationState[]
): Promise<SearchGenerationRow[]> =>
  db.selectFrom('searchGeneration').selectAll().where('state', 'in', states).orderBy('id').execute()

/**
 * One generation is read from now on and the other kept: forth at a swap, back at a rollback. Harmless when repeated.
 * @throws when the one to be read is over: the other goes on being read
 */
export async function putLive(
  trx: Transaction<Database>,
  { liveId, retiredId }: { liveId: string; retiredId: string },
): Promise<void> {
  const now = new Date()
  await trx
    .updateTable('searchGeneration')
    .set({ state: 'retired', retiredAt: now })
    .where('id', '=', retiredId)
    .where('state', '=', 'live')
    .execute()
  const { numUpdatedRows } = await trx
    .updateTable('searchGeneration')
    .set({ state: 'live', liveAt: now, retiredAt: null, stalledAt: null })
    .where('id', '=', liveId)
    .where('state', 'in', ['building', 'retired', 'live'])
    .executeTakeFirst()
  if (numUpdatedRows === 0n) throw new Error(`Generation ${liveId} is over`)
}

/** From the commit on it takes no live changes, and what it refused is forgotten; the live one cannot be ended. */
export async function endGeneration(
  db: Kysely<Database>,
  id: string,
  state: 'dropped' | 'failed',
): Promise<void> {
  await db
    .with('ended', (cte) =>
      cte
        .updateTable('searchGeneration')
        .set({ state, endedAt: new Date() })
        .where('id', '=', id)
        .where('state', 'in', ['building', 'retired'])
        .returning('indexName'),
    )
    .deleteFrom('poisonDocument')
    .where('indexName', 'in', (from) => from.selectFrom('ended').select('indexName'))
    .execute()
}
