import { sql, type Kysely, type Selectable } from 'kysely'
import type { Database } from '../database.ts'

export type SearchGenerationRow = Selectable<Database['searchGeneration']>

/** An id that no other generation has or will have, as role `system`; make the index, then {@link registerGeneration}. */
export async function reserveGenerationId(db: Kysely<Database>): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    select nextval(pg_get_serial_sequence('search_generation', 'id')) as id`.execute(db)
  return rows[0]!.id
}

/**
 * Puts a generation on record. From the commit on every live change is written to it as well, so its index must be
 * there unless it is the live one, which the projection makes. Harmless when repeated.
 * @returns whether it is on record; `false` when another one is building, or live
 */
export async function registerGeneration(
  db: Kysely<Database>,
  generation: {
    id: string
    indexName: string
    schemaVersion: number
    state: 'building' | 'live'
  },
): Promise<boolean> {
  await db
    .insertInto('searchGeneration')
    .values({ ...generation, liveAt: generation.state === 'live' ? new Date() : null })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const found = await db
    .selectFrom('searchGeneration')
    .select('id')
    .where('id', '=', generation.id)
    .executeTakeFirst()
  return found !== undefined
}

export const findLiveGeneration = (
  db: Kysely<Database>,
): Promise<SearchGenerationRow | undefined> =>
  db.selectFrom('searchGeneration').selectAll().where('state', '=', 'live').executeTakeFirst()

/** Of an index that is made anew with the mappings of another schema. */
export async function recordSchemaVersion(
  db: Kysely<Database>,
  id: string,
  schemaVersion: number,
): Promise<void> {
  await db.updateTable('searchGeneration').set({ schemaVersion }).where('id', '=', id).execute()
}

/**
 * Lets a generation go whose index somebody removed, with what it refused, so that it holds up no other. The live one is never let go: its
 * index is made anew.
 * @returns whether it was one that took changes
 */
export async function giveUpGeneration(db: Kysely<Database>, indexName: string): Promise<boolean> {
  const given = await db
    .with('given', (cte) =>
      cte
        .updateTable('searchGeneration')
        .set({
          state: sql`case state when 'retired' then 'dropped' else 'failed' end`,
          endedAt: new Date(),
        })
        .where('indexName', '=', indexName)
        .where('state', 'in', ['building', 'retired'])
        .returning('indexName'),
    )
    .with('forgotten', (cte) =>
      cte
        .deleteFrom('poisonDocument')
        .where('indexName', 'in', (from) => from.selectFrom('given').select('indexName')),
    )
    .selectFrom('given')
    .selectAll()
    .executeTakeFirst()
  return given !== undefined
}
