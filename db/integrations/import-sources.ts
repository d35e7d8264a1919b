import { sql, type Insertable, type Selectable, type Transaction, type Updateable } from 'kysely'
import type { Database } from '../database.ts'
import type { ImportPosition } from './import-queries.ts'

export type ImportSource = Selectable<Database['importSource']>
type Trx = Transaction<Database>

export const insertImportSource = (
  trx: Trx,
  values: Insertable<Database['importSource']>,
): Promise<ImportSource> =>
  trx.insertInto('importSource').values(values).returningAll().executeTakeFirstOrThrow()

/** In the eyes of the seller of `trx`. */
export const findImportSource = (trx: Trx, id: string): Promise<ImportSource | undefined> =>
  trx.selectFrom('importSource').selectAll().where('id', '=', id).executeTakeFirst()

/** The newest first; `after` is where the page before ended. */
export const listImportSources = (
  trx: Trx,
  { after, limit }: { after: ImportPosition | undefined; limit: number },
) => {
  const at =
    after &&
    sql<Date>`'epoch'::timestamptz + ${after.createdAtMicros}::bigint * interval '1 microsecond'`
  return trx
    .selectFrom('importSource')
    .selectAll()
    .select(sql<string>`(extract(epoch from created_at) * 1000000)::bigint`.as('createdAtMicros'))
    .$if(after !== undefined, (all) =>
      all.where((eb) =>
        eb.or([
          eb('createdAt', '<', at!),
          eb.and([eb('createdAt', '=', at!), eb('id', '>', after!.id)]),
        ]),
      ),
    )
    .orderBy('createdAt', 'desc')
    .orderBy('id')
    .limit(limit)
    .execute()
}

export const countImportSources = async (trx: Trx): Promise<number> => {
  const { count } = await trx
    .selectFrom('importSource')
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .executeTakeFirstOrThrow()
  return Number(count)
}

export const updateImportSource = (
  trx: Trx,
  id: string,
  values: Updateable<Database['importSource']>,
): Promise<ImportSource | undefined> =>
  trx.updateTable('importSource').set(values).where('id', '=', id).returningAll().executeTakeFirst()

export async function deleteImportSource(trx: Trx, id: string): Promise<boolean> {
  const { numDeletedRows } = await trx
    .deleteFrom('importSource')
    .where('id', '=', id)
    .executeTakeFirst()
  return numDeletedRows === 1n
}
