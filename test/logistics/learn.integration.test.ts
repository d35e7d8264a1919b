import { sql } from 'kysely'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { findDelivery } from '../../db/logistics/deliveries.ts'
import { freshDatabase } from '../support/postgres.ts'
import { oneShipment } from './one-shipment.ts'

const database = await freshDatabase()
const one = oneShipment(database)
const { plan, book, happen } = one
const { db } = database.owner

beforeEach(one.begin)
afterAll(() => database.drop())

describe('the lane', () => {
  const learnt = () =>
    db
      .selectFrom('laneStat')
      .select(['carrier', 'deliveries', 'onTime', 'delayHours'])
      .where('deliveries', '>', 0)
      .executeTakeFirstOrThrow()
  const days = (count: number) => count * 24 * 60

  it('learns of who carried it by its own promise, whatever the first one was chosen for', async () => {
    one.scene.carriers.dpd.carrier.quote = async () => ({
      outcome: 'quoted',
      quotes: [
        {
          ...{ carrier: 'dpd', service: 'courier', serviceName: 'ДД', mode: 'door-door' },
          price: { amount: 35_000, currency: 'RUB' },
          transit: { unit: 'calendar-days', min: 20, max: 21 },
        },
      ],
    })
    const { candidates } = await plan()
    const rank = candidates.findIndex(({ carrier }) => carrier === 'dpd') + 1
    await book(1, rank)
    await happen('dpd', 'delivered', days(15))
    const { carrier, onTime, deliveries, delayHours } = await learnt()
    expect({ carrier, isOnTime: onTime / deliveries }).toEqual({ carrier: 'dpd', isOnTime: 1 })
    expect(delayHours).toBeLessThan(-4 * 24)
  })

  it('learns when it waits at its point, not when the buyer comes; nor is it late then', async () => {
    await plan()
    const { attemptId } = await book()
    await db
      .updateTable('bookingAttempt')
      .set({ mode: 'door-point' })
      .where('id', '=', attemptId)
      .execute()
    await db
      .updateTable('shipment')
      .set({ pointCarrier: 'cdek', pointCode: 'MSK65', pointKind: 'pvz' })
      .where('id', '=', one.shipmentId)
      .execute()
    await sql`update delivery_quote
      set ranked = replace(ranked::text, 'door-door', 'door-point')::jsonb`.execute(db)
    await happen('cdek', 'ready-for-pickup', 1)
    await happen('cdek', 'delivered', days(30))
    const { onTime, deliveries } = await learnt()
    expect(onTime / deliveries).toBe(1)
    expect((await findDelivery(db, one.shipmentId))!.isLate).toBe(false)
  })
})
