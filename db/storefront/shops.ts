import type { Kysely } from 'kysely'
import type { Database } from '../database.ts'

/** Every open shop's id and slug: an id is all digits, a slug is not. */
export const listShopNames = (db: Kysely<Database>) =>
  db.selectFrom('shop').select(['id', 'slug']).execute()
