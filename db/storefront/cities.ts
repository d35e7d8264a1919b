import type { Kysely } from 'kysely'
import type { Database } from '../database.ts'

export const listCities = (db: Kysely<Database>) =>
  db
    .selectFrom('city')
    .select(['id', 'name', 'nameEn', 'timeZone'])
    .orderBy('position')
    .orderBy('id')
    .execute()

export const hasCity = async (db: Kysely<Database>, cityId: string): Promise<boolean> =>
  (await db.selectFrom('city').select('id').where('id', '=', cityId).executeTakeFirst()) !==
  undefined

/** Those that are no city of ours. */
export async function findUnknownCities(
  db: Kysely<Database>,
  cityIds: readonly string[],
): Promise<string[]> {
  if (cityIds.length === 0) return []
  const rows = await db.selectFrom('city').select('id').where('id', 'in', cityIds).execute()
  const known = new Set(rows.map(({ id }) => id))
  return cityIds.filter((id) => !known.has(id))
}
