import { sql, type Kysely } from 'kysely'
import { foundPoint, type FoundPoint } from '../../domain/logistics/points-index.ts'
import type { Database } from '../database.ts'
import { POINT_COLUMNS } from './pickup-points.ts'

/** A point as search should have it as of `version`; `null`: not at all. */
export type UnsearchedPoint = { id: string; version: number; point: FoundPoint | null }

/** Points that search does not have as they are now. */
export async function listUnsearched(
  db: Kysely<Database>,
  limit: number,
): Promise<UnsearchedPoint[]> {
  const rows = await db
    .selectFrom('pickupPoint')
    .select([...POINT_COLUMNS, 'version', 'goneAt'])
    .whereRef('searchedVersion', '<', 'version')
    .orderBy('carrier')
    .orderBy('code')
    .limit(limit)
    .execute()
  return rows.map(({ version, goneAt, ...row }) => {
    const point = foundPoint(row)
    return { id: point.id, version: Number(version), point: goneAt ? null : point }
  })
}

/** These versions are in the index; what has changed since stays to be written. */
export async function confirmSearched(
  db: Kysely<Database>,
  points: readonly Pick<UnsearchedPoint, 'id' | 'version'>[],
): Promise<void> {
  if (points.length === 0) return
  const ids = points.map(({ id }) => id)
  const versions = points.map(({ version }) => String(version))
  await sql`
    update pickup_point p set searched_version = w.version
    from unnest(${ids}::text[], ${versions}::bigint[]) as w (id, version)
    where p.carrier = split_part(w.id, ':', 1) and p.code = substr(w.id, strpos(w.id, ':') + 1)
      and p.searched_version < w.version`.execute(db)
}

/** An index that is new has nothing yet. */
export const forgetSearched = (db: Kysely<Database>) =>
  db
    .updateTable('pickupPoint')
    .set({ searchedVersion: 0 })
    .where('searchedVersion', '>', '0')
    .execute()

/** How many points search should have. */
export async function countPoints(db: Kysely<Database>): Promise<number> {
  const { count } = await db
    .selectFrom('pickupPoint')
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .where('goneAt', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(count)
}
