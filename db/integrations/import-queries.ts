import { sql, type Insertable, type Selectable, type Transaction } from 'kysely'
import type { Database } from '../database.ts'
import type { Import } from './imports.ts'

export type ImportRowError = Selectable<Database['importRowError']>

/** In the eyes of the seller of `trx`: another seller's shop is absent. */
export const findShop = (trx: Transaction<Database>, shopId: string) =>
  trx.selectFrom('shop').select(['id', 'state']).where('id', '=', shopId).executeTakeFirst()

export const insertImport = (
  trx: Transaction<Database>,
  values: Insertable<Database['import']>,
): Promise<Import> =>
  trx.insertInto('import').values(values).returningAll().executeTakeFirstOrThrow()

export const findImport = (
  trx: Transaction<Database>,
  importId: string,
): Promise<Import | undefined> =>
  trx.selectFrom('import').selectAll().where('id', '=', importId).executeTakeFirst()

/** Microseconds since 1970, as PostgreSQL keeps them: a JavaScript date would skip or repeat rows between two pages. */
export type ImportPosition = { createdAtMicros: string; id: string }

/** The newest first; `after` is where the page before ended. */
export const listImports = (
  trx: Transaction<Database>,
  { after, limit }: { after: ImportPosition | undefined; limit: number },
) => {
  const all = trx
    .selectFrom('import')
    .selectAll()
    .select(sql<string>`(extract(epoch from created_at) * 1000000)::bigint`.as('createdAtMicros'))
    .orderBy('createdAt', 'desc')
    .orderBy('id')
    .limit(limit)
  if (!after) return all.execute()
  const at = sql<Date>`'epoch'::timestamptz + ${after.createdAtMicros}::bigint * interval '1 microsecond'`
  return all
    .where('createdAt', '<=', at)
    .where((eb) =>
      eb.or([
        eb('createdAt', '<', at),
        eb.and([eb('createdAt', '=', at), eb('id', '>', after.id)]),
      ]),
    )
    .execute()
}

/** In the order in which they were found; `afterSeq` is the last one of the page before. */
export const listRowErrors = (
  trx: Transaction<Database>,
  { importId, afterSeq, limit }: { importId: string; afterSeq: string; limit: number },
): Promise<ImportRowError[]> =>
  trx
    .selectFrom('importRowError')
    .selectAll()
    .where('importId', '=', importId)
    .where('seq', '>', afterSeq)
    .orderBy('seq')
    .limit(limit)
    .execute()
