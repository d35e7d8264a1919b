import type { Kysely } from 'kysely'
import { indexSynonyms, type Synonyms } from '../../domain/storefront/text-query/synonyms.ts'
import type { Database } from '../database.ts'

/** More than a marketplace keeps by hand; what is beyond is not looked at. */
const MOST_GROUPS = 20_000

/** All synonyms of search, ready to be looked up, as any role that may read them. */
export async function readSynonyms(db: Kysely<Database>): Promise<Synonyms> {
  const groups = await db
    .selectFrom('searchSynonym')
    .select(['terms', 'means'])
    .orderBy('id')
    .limit(MOST_GROUPS)
    .execute()
  return indexSynonyms(groups)
}
