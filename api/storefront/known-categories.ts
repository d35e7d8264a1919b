import type { Kysely } from 'kysely'
import type { Database } from '../../db/database.ts'
import { listCategories } from '../../db/storefront/categories.ts'
import type { KnownCategory } from '../../domain/storefront/category-facet.ts'
import { known, type Known } from './known.ts'
import { byId } from './scope.ts'

/** All categories by id. */
export const knownCategories = (storefront: Kysely<Database>): Known<KnownCategory> =>
  known(async () => byId(await listCategories(storefront)))
