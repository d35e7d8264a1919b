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

export const findCategory = (db: Kysely<Database>, id: string) =>
  db.selectFrom('category').select('id').where('id', '=', id).executeTakeFirst()

export async function readCategoryNames(
  db: Kysely<Database>,
  ids: readonly string[],
): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('category')
    .select(['id', 'name'])
    .where('id', 'in', [...ids])
    .execute()
  return new Map(rows.map(({ id, name }) => [id, name]))
}
