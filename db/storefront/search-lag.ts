import { sql, type Kysely } from 'kysely'
import type { Database } from '../database.ts'

/** How long the oldest change, or fan-out, has been waiting to become searchable; 0 when none is. */
export async function readSearchLagMs(db: Kysely<Database>): Promise<number> {
  const { rows } = await sql<{ lag: number }>`select search_lag_ms() as lag`.execute(db)
  return Math.max(0, Math.round(rows[0]?.lag ?? 0))
}
