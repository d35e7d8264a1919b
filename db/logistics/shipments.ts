import { sql, type Kysely, type Selectable, type Transaction, type Updateable } from 'kysely'
import type { Database } from '../database.ts'

export type ShipmentRow = Selectable<Database['shipment']>
type Trx = Transaction<Database>

export const findShipment = (db: Kysely<Database>, id: string): Promise<ShipmentRow | undefined> =>
  db.selectFrom('shipment').selectAll().where('id', '=', id).executeTakeFirst()

/** The one that is under way for an order, or has arrived; not one that was cancelled or had failed. */
export const findShipmentOfOrder = (
  db: Kysely<Database>,
  orderId: string,
): Promise<ShipmentRow | undefined> =>
  db
    .selectFrom('shipment')
    .selectAll()
    .where('orderId', '=', orderId)
    .where('phase', 'not in', ['cancelled', 'failed'])
    .executeTakeFirst()

/** Nobody else moves the shipment or its attempts until the transaction ends: take it before any of them. */
export const lockShipment = (trx: Trx, id: string): Promise<ShipmentRow | undefined> =>
  trx.selectFrom('shipment').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()

/** A change that its workflow must hear of: its version grows. */
export const changeShipment = (
  trx: Trx,
  id: string,
  change: Updateable<Database['shipment']>,
): Promise<ShipmentRow> =>
  trx
    .updateTable('shipment')
    .set({ ...change, version: sql`version + 1`, updatedAt: sql`clock_timestamp()` })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()

/** Its workflow has heard of everything up to `version`. */
export const markTold = (db: Kysely<Database>, id: string, version: string | number) =>
  db
    .updateTable('shipment')
    .set({ toldVersion: sql`greatest(told_version, ${version}::bigint)` })
    .where('id', '=', id)
    .execute()
