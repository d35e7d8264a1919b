import type { Kysely } from 'kysely'
import type { Database } from '../database.ts'

/**
 * Names of the indices that take live changes: the one that is read, the one that is being built, and the retired one
 * while there is a way back to it. As role `system`.
 *
 * Read them *after* the page of pending documents, never before, and confirm a document only when every one of them has
 * taken it (holding a newer version is as good). A new index is registered before its backfill reads its first row: a
 * change that the backfill read too early to see is committed later than the registration, so whatever page reads that
 * change knows of the new index. With the targets read first, a page could hold the change and miss the index.
 */
export async function listWriteTargets(db: Kysely<Database>): Promise<string[]> {
  const rows = await writeTargets(db).execute()
  return rows.map(({ indexName }) => indexName)
}

/** Those of them whose mappings are not of this version. */
export async function listTargetsOfOtherSchemas(
  db: Kysely<Database>,
  version: number,
): Promise<string[]> {
  const rows = await writeTargets(db).where('schemaVersion', '<>', version).execute()
  return rows.map(({ indexName }) => indexName)
}

const writeTargets = (db: Kysely<Database>) =>
  db
    .selectFrom('searchGeneration')
    .select('indexName')
    .where('state', 'in', ['building', 'live', 'retired'])
    .orderBy('id')
