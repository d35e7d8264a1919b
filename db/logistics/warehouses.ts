import type { Insertable, Kysely, Transaction } from 'kysely'
import { appendAudit, type Actor } from '../audit.ts'
import type { Database } from '../database.ts'

export type WarehouseRow = Awaited<ReturnType<typeof listWarehouses>>[number]
export type ToldDispatch = Omit<
  Insertable<Database['warehouseDispatch']>,
  'warehouseId' | 'sellerId'
>

/** The seller's own, by id, each with how carriers find it; the columns of that are null where nobody has said it. */
export const listWarehouses = (
  trx: Kysely<Database>,
  { afterId, limit }: { afterId?: string | undefined; limit: number },
) =>
  withDispatch(trx)
    .$if(afterId !== undefined, (query) => query.where('warehouse.id', '>', afterId!))
    .orderBy('warehouse.id')
    .limit(limit)
    .execute()

export const findWarehouse = (
  trx: Kysely<Database>,
  id: string,
): Promise<WarehouseRow | undefined> =>
  withDispatch(trx).where('warehouse.id', '=', id).executeTakeFirst()

const withDispatch = (trx: Kysely<Database>) =>
  trx
    .selectFrom('warehouse')
    .leftJoin('warehouseDispatch', 'warehouseDispatch.warehouseId', 'warehouse.id')
    .selectAll('warehouseDispatch')
    .select(['warehouse.id', 'warehouse.externalId', 'warehouse.name', 'warehouse.cityId'])

/** Where carriers fetch from a warehouse, and by whom, whole: what is not told is as it is unless told. */
export async function putDispatch(
  trx: Transaction<Database>,
  { id: warehouseId, sellerId }: { id: string; sellerId: string },
  told: ToldDispatch,
  actor: Actor,
): Promise<void> {
  await trx
    .insertInto('warehouseDispatch')
    .values({ ...told, warehouseId, sellerId })
    .onConflict((conflict) => conflict.column('warehouseId').doUpdateSet(told))
    .execute()
  const { cutoff, workingDays, handlingMinutes } = told
  await appendAudit(trx, {
    ...{ sellerId, actor, action: 'warehouse.dispatch_changed' },
    subject: `warehouse:${warehouseId}`,
    // Neither the address nor the contact: an entry outlives the person.
    data: { cutoff, workingDays, handlingMinutes },
  })
}
