import type { Kysely } from 'kysely'
import type { QuoteDeliveryInput } from '../../contracts/logistics.ts'
import type { Database } from '../database.ts'
import { findCityCodes, findPoint } from './pickup-points.ts'
import type { ShipmentRow } from './shipments.ts'

export type Consignment = NonNullable<Awaited<ReturnType<typeof findConsignment>>>

/** What carriers are asked to name a price for, also before there is a shipment of it. */
export type Quotable = Pick<Consignment, 'from' | 'to' | 'point'> & {
  /** Of the goods; unknown before there is an order. */
  units: number | undefined
  order: Pick<Consignment['order'], 'address'>
  shipment: Pick<
    ShipmentRow,
    | 'sellerId'
    | 'parcels'
    | 'declaredMinor'
    | 'currency'
    | 'pointCarrier'
    | 'pointCode'
    | 'pointKind'
    | 'readyAt'
    | 'promise'
  >
}

/** A shipment with everything that a carrier asks for: whence, whither, by whom and what. */
export async function findConsignment(db: Kysely<Database>, shipmentId: string) {
  const shipment = await db
    .selectFrom('shipment')
    .selectAll()
    .where('id', '=', shipmentId)
    .executeTakeFirst()
  if (!shipment) return undefined
  const { pointCarrier, pointCode } = shipment
  const [order, lines, from, to, point] = await Promise.all([
    db
      .selectFrom('salesOrder')
      .select(['number', 'buyerName', 'buyerPhone', 'buyerEmail', 'address'])
      .where('id', '=', shipment.orderId)
      .executeTakeFirstOrThrow(),
    db
      .selectFrom('orderLine')
      .leftJoin('shopProduct', 'shopProduct.id', 'orderLine.shopProductId')
      .leftJoin('product', 'product.id', 'shopProduct.productId')
      .select(['orderLine.externalId', 'orderLine.name', 'orderLine.quantity'])
      .select(['orderLine.priceMinor', 'product.weightGrams'])
      .where('orderLine.orderId', '=', shipment.orderId)
      .orderBy('orderLine.position')
      .execute(),
    getOrigin(db, shipment.warehouseId),
    getDestination(db, shipment.cityId),
    pointCarrier !== null && pointCode !== null
      ? findPoint(db, { carrier: pointCarrier, code: pointCode })
      : undefined,
  ])
  const units = lines.reduce((sum, { quantity }) => sum + quantity, 0)
  return { shipment, order, lines, units, from, to, point }
}

/** What would be sent, with the address that its order has where there is one. */
export async function getQuotable(
  db: Kysely<Database>,
  { sellerId, orderId, warehouseId, cityId, parcels, declared, point: wanted }: QuoteDeliveryInput,
): Promise<Quotable> {
  const [order, units, from, to, point] = await Promise.all([
    orderId === undefined
      ? { address: null }
      : db
          .selectFrom('salesOrder')
          .select('address')
          .where('id', '=', orderId)
          .where('sellerId', '=', sellerId)
          .executeTakeFirstOrThrow(),
    orderId === undefined ? undefined : countUnits(db, orderId),
    getOrigin(db, warehouseId),
    getDestination(db, cityId),
    wanted && findPoint(db, wanted),
  ])
  const {
    carrier: pointCarrier = null,
    code: pointCode = null,
    kind: pointKind = null,
  } = wanted ?? {}
  return {
    ...{ order, units, from, to, point },
    shipment: {
      ...{ sellerId, parcels: [...parcels], pointCarrier, pointCode, pointKind, promise: null },
      ...{ declaredMinor: String(declared.amount), currency: declared.currency },
      readyAt: new Date(),
    },
  }
}

const countUnits = async (db: Kysely<Database>, orderId: string): Promise<number> => {
  const lines = await db
    .selectFrom('orderLine')
    .select('quantity')
    .where('orderId', '=', orderId)
    .execute()
  return lines.reduce((sum, { quantity }) => sum + quantity, 0)
}

async function getOrigin(db: Kysely<Database>, warehouseId: string) {
  const origin = await db
    .selectFrom('warehouse')
    .innerJoin('city', 'city.id', 'warehouse.cityId')
    .innerJoin('warehouseDispatch', 'warehouseDispatch.warehouseId', 'warehouse.id')
    .selectAll('warehouseDispatch')
    .select(['warehouse.name', 'city.id as cityId', 'city.name as cityName', 'city.timeZone'])
    .where('warehouse.id', '=', warehouseId)
    // No delivery is started without: nobody else's address or telephone stands in for them.
    .executeTakeFirstOrThrow(() => new Error('Nobody has said how carriers find the warehouse'))
  return { ...origin, carrierCityCodes: await findCityCodes(db, origin.cityId) }
}

async function getDestination(db: Kysely<Database>, cityId: string) {
  const [city, carrierCityCodes] = await Promise.all([
    db.selectFrom('city').selectAll().where('id', '=', cityId).executeTakeFirstOrThrow(),
    findCityCodes(db, cityId),
  ])
  return { ...city, carrierCityCodes }
}
