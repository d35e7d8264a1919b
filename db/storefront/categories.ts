import type { Kysely } from 'kysely'
import type { Database } from '../database.ts'

/** All of them, by name; a parent may come after its children. */
export const listCategories = (db: Kysely<Database>) =>
  db
    .selectFrom('category')
    .select(['id', 'parentId', 'name'])
    .orderBy('name')
    .orderBy('id')
    .execute()
