import { afterAll, beforeEach } from 'vitest'
import type { TrackingStatus } from '../../contracts/logistics.ts'
import type { TrackingEvent } from '../../clients/carriers/carrier.ts'
import { aPoint } from '../support/pickup-points.ts'
import { freshDatabase } from '../support/postgres.ts'
import { oneShipment, run } from './one-shipment.ts'

/** A database with a shipment, new for each test, that its carrier has or is about to have; and what can become of it. */
export async function afterHandOver() {
  const database = await freshDatabase()
  const one = oneShipment(database)
  const { plan, book, happen, poll, entry, shipment } = one
  const { db } = database.owner
  const DAY_MS = 86_400_000
  const ARRIVES_MINUTE = 2
  const ARRIVES_MS = ARRIVES_MINUTE * 60_000

  beforeEach(async () => {
    await one.begin()
    await db.deleteFrom('slaPolicy').execute()
  })
  afterAll(() => database.drop())

  const inDays = (days: number) => new Date(Date.now() + days * DAY_MS)
  const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString()
  const onItsWay = async () => {
    await plan()
    const { attemptId } = await book()
    await happen('cdek', 'in-transit', 1)
    return attemptId
  }
  /** The buyer was promised it until so many days from now, and its carrier has said so. */
  const promisedIn = async (days: number) => {
    // At the time of day at which it will be delivered, so that no midnight lies between.
    const latest = new Date(inDays(days).getTime() + ARRIVES_MS)
    await db
      .updateTable('shipment')
      .set({ promiseEarliest: inDays(days - 1), promiseLatest: latest })
      .where('id', '=', one.shipmentId)
      .execute()
    const { ranked } = await db
      .selectFrom('deliveryQuote')
      .select('ranked')
      .where('shipmentId', '=', one.shipmentId)
      .executeTakeFirstOrThrow()
    const said = ranked.map((candidate) => ({
      ...candidate,
      promised: { ...candidate.promised, advertisedLatest: latest.toISOString() },
    }))
    await db
      .updateTable('deliveryQuote')
      .set({ ranked: JSON.stringify(said) })
      .where('shipmentId', '=', one.shipmentId)
      .execute()
  }
  const raise = (kind: 'late' | 'late-predicted') =>
    run(one.activities.raiseSla, {
      ...{ shipmentId: one.shipmentId, kind, stage: '', dueAt: new Date().toISOString() },
    })
  const told = async (type: 'replanned' | 'compensated') =>
    (await one.events())
      .filter((event) => event.type === `delivery.${type}`)
      .map(({ data }) => data)
  /** An instant, or a day. */
  const expects = (eta: Date | string) => {
    one.scene.carriers.cdek.carrier.track = async () => ({
      events: entry()!.log,
      eta: typeof eta === 'string' ? eta : eta.toISOString(),
    })
  }
  const pointAppears = () => {
    const { hours, exceptions, limits, payment, ...point } = aPoint('MSK99')
    return db
      .insertInto('pickupPoint')
      .values({
        ...{ ...point, cityId: 'msk', kind: 'locker' },
        ...{ hours: JSON.stringify(hours), exceptions: JSON.stringify(exceptions) },
        ...{ limits: JSON.stringify(limits), payment: JSON.stringify(payment) },
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
  const goesToThatPoint = () => {
    one.scene.carriers.cdek.carrier.track = async () => ({
      ...{ events: entry()!.log, pointCode: 'MSK99' },
    })
  }
  const trouble = (reason: string, status: TrackingStatus = 'exception'): TrackingEvent => ({
    ...{ status, reason, rawCode: reason, key: `${reason} ${Date.now()}`, needsPlan: true },
    occurredAt: new Date(Date.now() + 120_000).toISOString(),
  })
  /** Of two days ago, before the promise was missed. */
  const inTime = (status: TrackingStatus, reason?: string): TrackingEvent => ({
    ...{ status, rawCode: status.toUpperCase(), key: `${status} in time` },
    ...(reason !== undefined && { reason }),
    occurredAt: inDays(-2).toISOString(),
  })
  const entries = () =>
    db
      .selectFrom('compensation')
      .select(['reason', 'number', 'amountMinor', 'daysLate'])
      .where('shipmentId', '=', one.shipmentId)
      .orderBy('id')
      .execute()
  const claim = () =>
    db
      .selectFrom('costEntry')
      .select(['expectedMinor', 'actualMinor', 'settledAt'])
      .where('shipmentId', '=', one.shipmentId)
      .where('kind', '=', 'claim')
      .executeTakeFirst()
  return {
    ARRIVES_MINUTE,
    ARRIVES_MS,
    DAY_MS,
    book,
    claim,
    database,
    db,
    entries,
    entry,
    expects,
    goesToThatPoint,
    happen,
    inDays,
    inMinutes,
    inTime,
    onItsWay,
    one,
    plan,
    pointAppears,
    poll,
    promisedIn,
    raise,
    shipment,
    told,
    trouble,
  }
}
