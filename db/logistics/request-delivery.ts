import type { Transaction } from 'kysely'
import type { Parcel } from '../../domain/logistics/parcel.ts'
import type { Database } from '../database.ts'
import type { OrderRow } from '../orders/orders.ts'
import { tellOfDelivery, type Telling } from './delivery-events.ts'
import type { ShipmentRow } from './shipments.ts'

export type NewDelivery = {
  id: string
  warehouseId: string
  parcels: readonly Parcel[]
  /** When its warehouse may begin with it. */
  readyAt: Date
  point?: Pick<ShipmentRow, 'pointCarrier' | 'pointCode' | 'pointKind'>
}

/**
 * The shipment of an order, with the event by which the relay starts its workflow.
 * @throws unique_violation of `shipment_of_order` when the order has one that is under way or has arrived
 */
export async function requestDelivery(
  trx: Transaction<Database>,
  order: OrderRow,
  { id, warehouseId, parcels, readyAt, point }: NewDelivery,
  telling: Telling,
): Promise<ShipmentRow> {
  const shipment = await trx
    .insertInto('shipment')
    .values({
      ...{ id, warehouseId, readyAt, orderId: order.id, sellerId: order.sellerId },
      ...{ shopId: order.shopId, cityId: order.cityId, currency: order.currency },
      ...{ declaredMinor: order.totalMinor, traceParent: telling.traceParent },
      parcels: JSON.stringify(parcels),
      ...point,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  await tellOfDelivery(trx, shipment, { type: 'delivery.requested' }, telling)
  return shipment
}
