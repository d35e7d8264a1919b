import { sql, type Kysely, type Selectable, type Updateable } from 'kysely'
import type { Database } from '../database.ts'
import { createdAtMicros, olderThan, type Newest } from './newest.ts'

export type DriftCycle = Selectable<Database['driftCycle']>

/** Harmless when repeated. */
export async function openDriftCycle(db: Kysely<Database>, id: string): Promise<DriftCycle> {
  await db
    .insertInto('driftCycle')
    .values({ id })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return db.selectFrom('driftCycle').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
}

const COUNTED = {
  missing: 'missing_count',
  different: 'different_count',
  extra: 'extra_count',
  repaired: 'repaired_count',
} as const

/** Adds to what the cycle has counted so far; belongs in the transaction that mends what is counted. */
export async function countDrift(
  db: Kysely<Database>,
  id: string,
  counts: Partial<Record<keyof typeof COUNTED, number>>,
): Promise<void> {
  const columns = Object.entries(counts).map(([name, count]) => {
    const column = sql.ref(COUNTED[name as keyof typeof COUNTED])
    return sql`${column} = ${column} + ${count}`
  })
  await sql`update drift_cycle set ${sql.join(columns)} where id = ${id}`.execute(db)
}

export async function updateDriftCycle(
  db: Kysely<Database>,
  id: string,
  values: Updateable<Database['driftCycle']>,
): Promise<void> {
  await db.updateTable('driftCycle').set(values).where('id', '=', id).execute()
}

export const closeDriftCycle = (
  db: Kysely<Database>,
  id: string,
  state: 'completed' | 'failed',
): Promise<DriftCycle> =>
  db
    .updateTable('driftCycle')
    .set({ state, finishedAt: new Date() })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()

/** The newest first; `after` is where the page before ended. */
export const listDriftCycles = (
  db: Kysely<Database>,
  { after, limit }: { after: Newest | undefined; limit: number },
) =>
  db
    .selectFrom('driftCycle')
    .selectAll()
    .select(createdAtMicros.as('createdAtMicros'))
    .$if(after !== undefined, (all) => all.where(olderThan(after!)))
    .orderBy('createdAt', 'desc')
    .orderBy('id')
    .limit(limit)
    .execute()
