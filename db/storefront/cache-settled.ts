import { sql, type Kysely } from 'kysely'
import type { Database } from '../database.ts'

export async function readInstant(db: Kysely<Database>): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(db)
  return rows[0]!.now
}

/** Whether the cache has been told of everything that had changed by then, as role `system`. */
export async function isCacheSettledSince(db: Kysely<Database>, instant: Date): Promise<boolean> {
  const { rows } = await sql<{ settled: boolean }>`
    select not exists (select from change_fanout)
      and not exists (
        select from change where cache_version < version and changed_at <= ${instant}
      ) as settled`.execute(db)
  return rows[0]!.settled
}
