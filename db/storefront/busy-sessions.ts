import { sql, type Kysely } from 'kysely'
import type { Database } from '../database.ts'

/**
 * How many sessions of the API are at work in this database at this moment, as role `storefront`, which sees those of
 * its own: the reads of buyers.
 */
export async function countBusySessions(db: Kysely<Database>): Promise<number> {
  const { rows } = await sql<{ busy: number }>`
    select count(*)::int as busy from pg_stat_activity
    where datname = current_database() and application_name like 'yarmarka-api%' and state = 'active'`.execute(
    db,
  )
  return rows[0]!.busy
}
