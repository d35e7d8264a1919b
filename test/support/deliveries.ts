import { randomUUID } from 'node:crypto'
import type { Insertable, Kysely } from 'kysely'
import type { CarrierId, TrackingStatus } from '../../contracts/logistics.ts'
import type { Database } from '../../db/database.ts'
import type { TestShop } from './marketplace.ts'

export type TestEvent = { at: string; status: TrackingStatus; place?: string; isRevoked?: true }
export type TestDelivery = { orderId: string; shipmentId: string; attemptId: string }

type Wanted = {
  carrier?: CarrierId
  shipment?: Partial<Insertable<Database['shipment']>>
  attempt?: Partial<Insertable<Database['bookingAttempt']>>
  /** Of the booking that lives. */
  events?: readonly TestEvent[]
  /** Of a booking that was given up before. */
  loser?: { carrier: CarrierId; events?: readonly TestEvent[] }
}

/** A contract of the marketplace with a carrier, made once. */
export async function ensureAccount(
  owner: Kysely<Database>,
  carrier: CarrierId,
  more: Partial<Insertable<Database['carrierAccount']>> = {},
): Promise<string> {
  const known = await owner
    .selectFrom('carrierAccount')
    .select('id')
    .where('carrier', '=', carrier)
    .where('sellerId', 'is', null)
    .executeTakeFirst()
  if (known) return known.id
  const id = more.id ?? randomUUID()
  await owner
    .insertInto('carrierAccount')
    .values({
      ...{ id, sellerId: null, carrier, baseUrl: 'http://carrier.example', clientId: 'sim' },
      ...{ sealedSecret: 'none', customerId: null, sealedWebhookKey: null, settings: '{}' },
      ...more,
    })
    .execute()
  return id
}

/** An order of the shop on its way to Moscow, with one booking that lives. */
export async function createDelivery(
  owner: Kysely<Database>,
  { sellerId, shopId, warehouseId }: TestShop,
  { carrier = 'cdek', shipment = {}, attempt = {}, events = [], loser }: Wanted = {},
): Promise<TestDelivery> {
  const { id: orderId } = await owner
    .insertInto('salesOrder')
    .values({
      ...{ sellerId, shopId, state: 'shipped', totalMinor: 129_900, currency: 'RUB' },
      ...{ buyerName: 'Анна Петрова', buyerPhone: '+79001234567', buyerEmail: 'anna@example.com' },
      ...{ cityId: 'msk', address: 'ул. Лесная, 5', checkoutId: null, pickupPointId: null },
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const shipmentId = shipment.id ?? randomUUID()
  const attemptId = randomUUID()
  await owner
    .insertInto('shipment')
    .values({
      ...{ id: shipmentId, orderId, sellerId, shopId, warehouseId, cityId: 'msk', carrier },
      parcels: JSON.stringify([{ weightG: 1_500, lengthMm: 300, widthMm: 200, heightMm: 100 }]),
      ...{ declaredMinor: 129_900, currency: 'RUB', readyAt: '2026-11-25T12:00:00Z' },
      ...{ phase: 'handed-over', status: 'in-transit', service: '136' },
      ...{ trackingNumber: '1106203491', liveAttemptId: attemptId },
      promiseEarliest: '2026-11-28T06:00:00Z',
      promiseLatest: '2026-11-30T18:00:00Z',
      ...shipment,
    })
    .execute()

  const book = async (
    id: string,
    number: number,
    by: CarrierId,
    of: readonly TestEvent[],
    more: Partial<Insertable<Database['bookingAttempt']>>,
  ) => {
    await owner
      .insertInto('bookingAttempt')
      .values({
        ...{ id, shipmentId, sellerId, number, carrier: by, service: '136', mode: 'door-door' },
        accountId: await ensureAccount(owner, by),
        reference: `${shipmentId.replaceAll('-', '')}-${number}`,
        ...{ quote: '{}', priceMinor: 45_000, currency: 'RUB', readyAt: '2026-11-25T12:00:00Z' },
        ...more,
      })
      .execute()
    for (const [at, event] of of.entries())
      await owner
        .insertInto('trackingEvent')
        .values({
          ...{ shipmentId, attemptId: id, sellerId, key: `${id}-${at}`, status: event.status },
          ...{ rawCode: `RAW_${event.status}`, reason: null, place: event.place ?? null },
          ...{ source: 'poll', occurredAt: event.at },
          revokedAt: event.isRevoked ? new Date() : null,
        })
        .execute()
  }
  if (loser)
    await book(randomUUID(), 1, loser.carrier, loser.events ?? [], {
      ...{ state: 'rejected', reasonCode: 'no-courier', settledAt: '2026-11-25T13:00:00Z' },
    })
  await book(attemptId, 2, carrier, events, {
    ...{ state: 'booked', bookedAt: '2026-11-25T14:00:00Z', trackingNumber: '1106203491' },
    ...attempt,
  })
  return { orderId, shipmentId, attemptId }
}
