import { sql, type Kysely, type Selectable } from 'kysely'
import type { Database } from '../database.ts'
import { createdAtMicros, olderThan, type Newest } from './newest.ts'

export type DriftCycle = Selectable<Database['driftCycle']>

export async function openDriftCycle(db: Kysely<Database>, id: string): Promise<void> {
  await db
    .insertInto('driftCycle')
    .values({ id })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

const COUNTS = {
  documents: 'document_count',
  buckets: 'bucket_count',
  differingBuckets: 'differing_bucket_count',
  missing: 'missing_count',
  different: 'different_count',
  extra: 'extra_count',
  repaired: 'repaired_count',
  pages: 'page_count',
  stalePages: 'stale_page_count',
  unsettledPages: 'unsettled_page_count',
} as const
export type DriftCount = keyof typeof COUNTS

/** Adds to what the cycle has counted so far; belongs in the transaction that mends what is counted. */
export async function countDrift(
  db: Kysely<Database>,
  id: string,
  counts: Partial<Record<DriftCount, number>>,
): Promise<void> {
  const columns = Object.entries(counts).map(([name, count]) => {
    const column = sql.ref(COUNTS[name as DriftCount])
    return sql`${column} = ${column} + ${count}`
  })
  await sql`update drift_cycle set ${sql.join(columns)} where id = ${id}`.execute(db)
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
