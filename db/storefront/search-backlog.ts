import { sql, type Kysely } from 'kysely'
import type { Database } from '../database.ts'

/** What search does not show yet. */
export type SearchBacklog = {
  lagMs: number
  /** Documents that wait to be written. */
  pending: number
  /** Documents that an index refuses, counted for each index. */
  parked: number
  /** Fan-outs that have documents left to raise, whose number is not known. */
  fanouts: number
}

/** As role `system`. */
export async function readSearchBacklog(db: Kysely<Database>): Promise<SearchBacklog> {
  const { rows } = await sql<SearchBacklog>`
    select greatest(search_lag_ms(), 0) as lag_ms,
      (select count(*)::float8 from change where search_version < version) as pending,
      (select count(*)::float8 from poison_document where index_name in (
        select index_name from search_generation where state in ('building', 'live', 'retired'))) as parked,
      (select count(*)::float8 from change_fanout) as fanouts`.execute(db)
  return rows[0]!
}
