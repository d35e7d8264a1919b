import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database } from '../database.ts'
import type { Import } from './imports.ts'
import { rowsOf } from './stage.ts'

/** A part of the staged rows that is merged beside the others: `mergedRow < row <= lastRow` are left. */
export type Lane = { lane: number; mergedRow: string; lastRow: string }

/**
 * Parts the staged rows into lanes, once; a stage that is filled again has the same rows.
 * @returns the numbers of the lanes; none when nothing is staged
 */
export async function ensureLanes(
  db: Kysely<Database>,
  { id, sellerId }: Pick<Import, 'id' | 'sellerId'>,
  count: number,
): Promise<number[]> {
  await sql`
    insert into import_lane (import_id, seller_id, lane, merged_row, last_row)
    select ${id}::uuid, ${sellerId}::bigint, lane, most * lane / ${count}, most * (lane + 1) / ${count}
    from (select max(row) as most from ${rowsOf(id)}) staged, generate_series(0, ${count}::int - 1) lane
    where most is not null
    on conflict do nothing`.execute(db)
  const lanes = await db
    .selectFrom('importLane')
    .select('lane')
    .where('importId', '=', id)
    .orderBy('lane')
    .execute()
  return lanes.map(({ lane }) => lane)
}

/** Waits for whoever else merges this lane: a first attempt that was given up may still be running. */
export const lockLane = (
  trx: Transaction<Database>,
  importId: string,
  lane: number,
): Promise<Lane> =>
  trx
    .selectFrom('importLane')
    .select(['lane', 'mergedRow', 'lastRow'])
    .where('importId', '=', importId)
    .where('lane', '=', lane)
    .forUpdate()
    .executeTakeFirstOrThrow()

export const advanceLane = (
  trx: Transaction<Database>,
  importId: string,
  { lane, mergedRow }: Pick<Lane, 'lane' | 'mergedRow'>,
) =>
  trx
    .updateTable('importLane')
    .set({ mergedRow })
    .where('importId', '=', importId)
    .where('lane', '=', lane)
    .execute()

/** The next merge begins at the first row again. */
export const dropLanes = (trx: Kysely<Database>, importId: string) =>
  trx.deleteFrom('importLane').where('importId', '=', importId).execute()
