import type { Kysely } from 'kysely'
import type { Database } from '../database.ts'

export const listCities = (db: Kysely<Database>) =>
  db
    .selectFrom('city')
    .select(['id', 'name', 'nameEn', 'timeZone'])
    .orderBy('position')
    .orderBy('id')
    .execute()
