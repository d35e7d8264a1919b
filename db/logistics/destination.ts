import type { Transaction } from 'kysely'
import type { CarrierId } from '../../contracts/logistics.ts'
import { destinationOf, endOfDay, type Way } from '../../domain/logistics/promise.ts'
import type { Database } from '../database.ts'
import { findPoint } from './pickup-points.ts'
import type { ShipmentRow } from './shipments.ts'

type Trx = Transaction<Database>

/** Where a shipment goes: the zone of its city, and the hours of its point. */
export async function destinationOfShipment(
  trx: Trx,
  { cityId, pointCarrier, pointCode }: Pick<ShipmentRow, 'cityId' | 'pointCarrier' | 'pointCode'>,
): Promise<Way['destination']> {
  const { timeZone } = await trx
    .selectFrom('city')
    .select('timeZone')
    .where('id', '=', cityId)
    .executeTakeFirstOrThrow()
  const point =
    pointCarrier !== null && pointCode !== null
      ? await findPoint(trx, { carrier: pointCarrier, code: pointCode })
      : undefined
  return destinationOf(timeZone, point)
}

/** When its carrier expects it, as ISO 8601 in UTC: a day ends where it goes. `pointCode`: where its carrier brings it. */
export async function etaOf(
  trx: Trx,
  shipment: ShipmentRow,
  {
    eta,
    pointCode,
    carrier,
  }: { eta?: string | undefined; pointCode?: string | undefined; carrier: CarrierId },
): Promise<string | undefined> {
  if (eta === undefined || !/^\d{4}-\d\d-\d\d$/.test(eta)) return eta
  const destination = await destinationOfShipment(trx, {
    ...shipment,
    ...(pointCode !== undefined && { pointCarrier: carrier, pointCode }),
  })
  const promiseLatestMs = shipment.promiseLatest?.getTime()
  return new Date(endOfDay(eta, { destination, promiseLatestMs })).toISOString()
}
