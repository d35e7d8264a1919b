import { sql, type Kysely, type Selectable, type Transaction } from 'kysely'
import {
  indexSynonyms,
  type SynonymGroup,
  type Synonyms,
} from '../../domain/storefront/text-query/synonyms.ts'
import type { Database } from '../database.ts'

/** More than a marketplace keeps by hand; what is beyond is not looked at. */
export const MOST_GROUPS = 5_000

export type SynonymRow = Selectable<Database['searchSynonym']>

/** All synonyms of search, ready to be looked up, as any role that may read them. */
export const readSynonyms = async (db: Kysely<Database>): Promise<Synonyms> =>
  indexSynonyms(await listSynonyms(db, { limit: MOST_GROUPS }))

/** The oldest first; `afterId` is where the page before ended. */
export const listSynonyms = (
  db: Kysely<Database>,
  { afterId, limit }: { afterId?: string | undefined; limit: number },
): Promise<SynonymRow[]> =>
  db
    .selectFrom('searchSynonym')
    .selectAll()
    .$if(afterId !== undefined, (query) => query.where('id', '>', afterId!))
    .orderBy('id')
    .limit(limit)
    .execute()

export const findSynonym = (db: Kysely<Database>, id: string): Promise<SynonymRow | undefined> =>
  db.selectFrom('searchSynonym').selectAll().where('id', '=', id).executeTakeFirst()

/** All groups, which nobody else changes until the transaction ends. Role `system`. */
export async function lockSynonyms(trx: Transaction<Database>): Promise<SynonymRow[]> {
  await sql`lock table search_synonym in share row exclusive mode`.execute(trx)
  return listSynonyms(trx, { limit: MOST_GROUPS })
}

export const createSynonym = (
  trx: Transaction<Database>,
  group: SynonymGroup,
): Promise<SynonymRow> =>
  trx.insertInto('searchSynonym').values(columns(group)).returningAll().executeTakeFirstOrThrow()

export const replaceSynonym = (
  trx: Transaction<Database>,
  id: string,
  group: SynonymGroup,
): Promise<SynonymRow> =>
  trx
    .updateTable('searchSynonym')
    .set(columns(group))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()

/** @returns what it was; absent when there is none */
export const deleteSynonym = (
  trx: Transaction<Database>,
  id: string,
): Promise<SynonymRow | undefined> =>
  trx.deleteFrom('searchSynonym').where('id', '=', id).returningAll().executeTakeFirst()

const columns = ({ terms, means }: SynonymGroup) => ({ terms: [...terms], means: [...means] })
