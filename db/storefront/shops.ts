import type { Kysely } from 'kysely'
import type { Database } from '../database.ts'

/** A shop that is open, by its id or its slug: an id is all digits, a slug is not. */
export const findShop = (db: Kysely<Database>, idOrSlug: string) =>
  db
    .selectFrom('shop')
    .select('id')
    .where(/^\d+$/.test(idOrSlug) ? 'id' : 'slug', '=', idOrSlug)
    .executeTakeFirst()
