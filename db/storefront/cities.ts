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
