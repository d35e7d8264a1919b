import { sql } from 'kysely'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import type { TrackingStatus } from '../../contracts/logistics.ts'
import type { TrackingEvent } from '../../clients/carriers/carrier.ts'
import { settleClaim } from '../../db/logistics/delivery-costs.ts'
import { findDelivery } from '../../db/logistics/deliveries.ts'
import { findTracked } from '../../db/logistics/tracked.ts'
import { asSeller } from '../../db/tenancy.ts'
import { aPoint } from '../support/pickup-points.ts'
import { silenceStage } from '../../domain/logistics/sla.ts'
import { localOf } from '../../domain/logistics/zone.ts'
import { freshDatabase } from '../support/postgres.ts'
import { oneShipment, run } from './one-shipment.ts'

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
  (await one.events()).filter((event) => event.type === `delivery.${type}`).map(({ data }) => data)
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

describe('the buyer is told another day', () => {
  it('when the promise is missed: ahead, once, and the promise stays as it was', async () => {
    await onItsWay()
    await promisedIn(-1)
    const { promiseLatest } = await shipment()
    await raise('late')
    await raise('late')
    const [replanned, ...more] = await told('replanned')
    expect(more).toEqual([])
    expect(replanned).toMatchObject({ why: 'late', promisedAt: promiseLatest!.toISOString() })
    const { expectedBy, replannedWhy, promiseLatest: then } = await shipment()
    expect(expectedBy!.toISOString()).toBe(replanned!['expectedAt'])
    expect(expectedBy!.getTime()).toBeGreaterThan(Date.now())
    expect([replannedWhy, then]).toEqual(['late', promiseLatest])
    expect((await one.types()).slice(-3)).toEqual(['late', 'needs_human', 'replanned'])
  })

  it('by its carrier’s own word, and again only when that is another day', async () => {
    await onItsWay()
    await promisedIn(2)
    const eta = inDays(5)
    expects(eta)
    await poll('cdek')
    await raise('late-predicted')
    expect(await told('replanned')).toMatchObject([
      { why: 'late-predicted', expectedAt: eta.toISOString() },
    ])
    await poll('cdek')
    expect(await told('replanned')).toHaveLength(1)
    const later = inDays(7)
    expects(later)
    await poll('cdek')
    expect(await told('replanned')).toMatchObject([{}, { expectedAt: later.toISOString() }])
  })

  it('when the promise is missed on the very day on which its carrier expects it', async () => {
    await onItsWay()
    const promiseLatest = new Date(Date.now() - 60_000)
    await db
      .updateTable('shipment')
      .set({ promiseLatest })
      .where('id', '=', one.shipmentId)
      .execute()
    expects(localOf(promiseLatest.getTime(), 'Europe/Moscow').date)
    await poll('cdek')
    expect((await shipment()).eta).toEqual(promiseLatest)
    await raise('late')
    const [replanned, ...more] = await told('replanned')
    expect(more).toEqual([])
    expect(Date.parse(String(replanned!['expectedAt']))).toBeGreaterThan(Date.now())
  })

  it('by the day that its carrier expects, which is one of the city where it goes', async () => {
    const inZone = (timeZone: string) =>
      db.updateTable('city').set({ timeZone }).where('id', '=', 'msk').execute()
    const zone = 'Asia/Novosibirsk'
    await onItsWay()
    await promisedIn(2)
    const { date: promised } = localOf((await shipment()).promiseLatest!.getTime(), zone)
    await inZone(zone)
    try {
      expects(promised)
      await poll('cdek')
      const { eta, promiseLatest } = await shipment()
      expect(eta).toEqual(promiseLatest)
      const { date: later } = localOf(inDays(5).getTime(), zone)
      expects(later)
      await poll('cdek')
      await raise('late-predicted')
    } finally {
      await inZone('Europe/Moscow')
    }
    const [replanned] = await told('replanned')
    expect(localOf(Date.parse(String(replanned!['expectedAt'])), zone)).toEqual({
      ...{ date: localOf(inDays(5).getTime(), zone).date, minutes: 22 * 60 },
    })
  })

  it('when there is trouble after which it comes too late, with what its carrier says', async () => {
    await onItsWay()
    await promisedIn(0.5)
    entry()!.log.push(trouble('locker-full'))
    await poll('cdek')
    expect(await told('replanned')).toMatchObject([
      { why: 'delivery-problem', reason: 'locker-full' },
    ])
    expect(await one.tasks()).toEqual([{ kind: 'delivery-problem', state: 'open' }])
    await poll('cdek')
    expect(await told('replanned')).toHaveLength(1)
  })

  it('not for trouble that it has got over since, whenever that is told', async () => {
    await onItsWay()
    await promisedIn(0.5)
    const occurredAt = new Date(Date.now() - DAY_MS).toISOString()
    entry()!.log.push({ ...trouble('locker-full'), occurredAt })
    await poll('cdek')
    expect(await told('replanned')).toEqual([])
  })

  it('not for trouble after which it still comes as promised', async () => {
    await onItsWay()
    await promisedIn(30)
    entry()!.log.push(trouble('nobody-there', 'attempt-failed'))
    await poll('cdek')
    expect(await told('replanned')).toEqual([])
    expect((await shipment()).expectedBy).toBeNull()
  })

  it('and the point, when its carrier brings it to another one', async () => {
    await pointAppears()
    await onItsWay()
    await promisedIn(30)
    goesToThatPoint()
    await poll('cdek')
    await poll('cdek')
    const { promiseLatest, ...now } = await shipment()
    expect(now).toMatchObject({
      ...{ pointCarrier: 'cdek', pointCode: 'MSK99', pointKind: 'locker', expectedBy: null },
    })
    expect(await told('replanned')).toMatchObject([
      { why: 'other-point', pointCode: 'MSK99', expectedAt: promiseLatest!.toISOString() },
    ])
  })

  it('and the point, also when it is at that one already, or was not fetched yet', async () => {
    await pointAppears()
    const pointsTold = async () =>
      (await told('replanned')).map(({ why, pointCode }) => [why, pointCode])
    await onItsWay()
    goesToThatPoint()
    await happen('cdek', 'ready-for-pickup', 2)
    await poll('cdek')
    expect((await shipment()).status).toBe('ready-for-pickup')
    expect(await pointsTold()).toEqual([['other-point', 'MSK99']])

    await one.begin()
    await plan()
    await book()
    goesToThatPoint()
    await poll('cdek')
    expect(await shipment()).toMatchObject({ handedOverAt: null, pointCode: 'MSK99' })
    expect(await pointsTold()).toEqual([['other-point', 'MSK99']])
  })

  it('no other point once it is on its way back', async () => {
    await pointAppears()
    await onItsWay()
    goesToThatPoint()
    await happen('cdek', 'returning', 2)
    expect(await told('replanned')).toEqual([])
  })

  it('nothing before its carrier has it, nor when it waits at its point', async () => {
    await plan()
    await book()
    await promisedIn(-1)
    await raise('late')
    expect(await told('replanned')).toEqual([])
    await happen('cdek', 'ready-for-pickup', 1)
    expect(await told('replanned')).toEqual([])
    expect((await shipment()).phase).toBe('handed-over')
  })

  it('as soon as its carrier has what was late already', async () => {
    await plan()
    await book()
    await promisedIn(-1)
    await raise('late')
    await happen('cdek', 'accepted', 1)
    expect(await told('replanned')).toMatchObject([{ why: 'late' }])
  })
})

describe('somebody asks its carrier', () => {
  const silent = async (stage?: string) => {
    const { status, statusAt } = await shipment()
    await run(one.activities.raiseSla, {
      ...{ shipmentId: one.shipmentId, kind: 'silent' as const, dueAt: new Date().toISOString() },
      stage: stage ?? silenceStage(status!, statusAt!.getTime()),
    })
  }

  it('what is late on its way, once, until it has come', async () => {
    await onItsWay()
    await promisedIn(-1)
    await raise('late')
    await raise('late')
    expect(await one.tasks()).toEqual([{ kind: 'late', state: 'open' }])
    await happen('cdek', 'out-for-delivery', 2)
    expect(await one.tasks()).toEqual([{ kind: 'late', state: 'open' }])
    await happen('cdek', 'delivered', 3)
    expect(await one.tasks()).toEqual([{ kind: 'late', state: 'done' }])
    const closed = await db
      .selectFrom('humanTask')
      .select(['closedBy', 'resolution', 'details'])
      .where('shipmentId', '=', one.shipmentId)
      .executeTakeFirstOrThrow()
    expect(closed).toMatchObject({
      ...{ closedBy: 'system', resolution: 'moved on', details: { carrier: 'cdek' } },
    })
  })

  it('what is silent, until it is heard of, and again when it falls silent again', async () => {
    await onItsWay()
    await silent()
    expect(await one.tasks()).toEqual([{ kind: 'silent', state: 'open' }])
    expect(await one.types()).toContain('needs_human')
    await happen('cdek', 'in-transit', 3 * 1_440)
    expect(await one.tasks()).toEqual([{ kind: 'silent', state: 'done' }])
    await silent()
    const states = (await one.tasks()).map(({ state }) => state)
    expect(states.toSorted()).toEqual(['done', 'open'])
  })

  it('not about a silence that is over', async () => {
    await onItsWay()
    await silent('accepted 2026-11-01')
    await silent('in-transit 2026-11-01')
    expect(await one.tasks()).toEqual([])
  })

  it('only when it has the parcel: then about what was late before', async () => {
    await plan()
    await book()
    await promisedIn(-1)
    await raise('late')
    expect(await one.tasks()).toEqual([])
    await happen('cdek', 'accepted', 1)
    expect(await one.tasks()).toEqual([{ kind: 'late', state: 'open' }])
    await happen('cdek', 'ready-for-pickup', 2)
    expect(await one.tasks()).toEqual([{ kind: 'late', state: 'done' }])
  })
})

describe('what is due', () => {
  it('is recorded, told and claimed once when it comes late', async () => {
    await onItsWay()
    await promisedIn(-2)
    await happen('cdek', 'delivered', ARRIVES_MINUTE)
    await poll('cdek')
    expect(await entries()).toEqual([
      { reason: 'late', number: 1, amountMinor: '5400', daysLate: 2 },
    ])
    const money = (amount: number) => ({ amount, currency: 'RUB' })
    expect(await told('compensated')).toMatchObject([
      { reason: 'late', daysLate: 2, amount: money(5_400), balance: money(5_400) },
    ])
    expect(await claim()).toEqual({ expectedMinor: '-5400', actualMinor: null, settledAt: null })
    const audited = await db
      .selectFrom('auditEntry')
      .select('action')
      .where('subject', '=', `order:${one.orderId}`)
      .where('action', '=', 'delivery.compensated')
      .execute()
    expect(audited).toHaveLength(1)
  })

  it('is nothing in time', async () => {
    await onItsWay()
    await happen('cdek', 'delivered', ARRIVES_MINUTE)
    expect(await entries()).toEqual([])
    expect(await claim()).toBeUndefined()
  })

  it.each([
    ['its buyer was not there', 'attempt-failed', 'nobody-there'],
    ['its buyer asked for another time', 'exception', 'time-changed'],
    ['it waited at a point, though it was to come to the door', 'ready-for-pickup', undefined],
  ] as const)('is nothing where it was there in time: %s', async (_, status, reason) => {
    await onItsWay()
    await promisedIn(-2)
    entry()!.log.push(inTime(status, reason))
    await happen('cdek', 'delivered', ARRIVES_MINUTE)
    expect(await entries()).toEqual([])
    expect(await claim()).toBeUndefined()
    expect((await findDelivery(db, one.shipmentId))!.isLate).toBe(false)
    expect(await one.tasks()).toEqual([])
  })

  it('is its days where its courier did not come', async () => {
    await onItsWay()
    await promisedIn(-2)
    entry()!.log.push(inTime('attempt-failed', 'courier-late'))
    await happen('cdek', 'delivered', ARRIVES_MINUTE)
    expect(await entries()).toMatchObject([{ reason: 'late', daysLate: 2 }])
    expect((await findDelivery(db, one.shipmentId))!.isLate).toBe(true)
  })

  it('is a person’s, once, where nobody said why an attempt in time failed', async () => {
    await onItsWay()
    await promisedIn(-2)
    entry()!.log.push(inTime('attempt-failed'))
    await happen('cdek', 'delivered', ARRIVES_MINUTE)
    expect(await entries()).toEqual([])
    const task = () =>
      db
        .selectFrom('humanTask')
        .select(['kind', 'details'])
        .where('shipmentId', '=', one.shipmentId)
        .execute()
    const money = { amount: 5_400, currency: 'RUB' }
    const details = { carrier: 'cdek', reason: 'attempt-without-reason', due: money, claim: money }
    expect(await task()).toEqual([{ kind: 'delivery-problem', details }])
    await db
      .updateTable('humanTask')
      .set({ state: 'done', closedAt: new Date() })
      .where('shipmentId', '=', one.shipmentId)
      .execute()
    entry()!.log.push({ ...inTime('in-transit'), key: 'another scan' })
    await poll('cdek')
    expect(await task()).toHaveLength(1)
  })

  it('is not its carrier’s debt for the days that its warehouse kept it', async () => {
    await onItsWay()
    await promisedIn(-2)
    const { ranked } = await db
      .selectFrom('deliveryQuote')
      .select('ranked')
      .where('shipmentId', '=', one.shipmentId)
      .executeTakeFirstOrThrow()
    const planned = ranked.map((one) => ({
      ...one,
      promised: { ...one.promised, shipsOn: inDays(-5).toISOString().slice(0, 10) },
    }))
    await db
      .updateTable('deliveryQuote')
      .set({ ranked: JSON.stringify(planned) })
      .where('shipmentId', '=', one.shipmentId)
      .execute()
    await happen('cdek', 'delivered', ARRIVES_MINUTE)
    expect(await entries()).toMatchObject([{ amountMinor: '5400' }])
    expect(await claim()).toBeUndefined()
  })

  it('is by the terms that it was planned with', async () => {
    const { sellerId } = one.scene.shop
    const policy = (version: number, compensation: object, tariff = '') =>
      db
        .insertInto('slaPolicy')
        .values({ sellerId, version, tariff, terms: JSON.stringify({ compensation }) })
        .execute()
    await policy(1, { mostLatePercent: 50 })
    await policy(1, { perDayLatePercent: 20 }, 'cdek:courier')
    await onItsWay()
    await policy(2, { perDayLatePercent: 90 }, 'cdek:courier')
    await promisedIn(-2)
    await happen('cdek', 'delivered', ARRIVES_MINUTE)
    expect(await entries()).toMatchObject([{ amountMinor: '12000' }])
    await db.deleteFrom('compensation').execute()
    await db.updateTable('trackingEvent').set({ revokedAt: null }).execute()
    await promisedIn(-9)
    entry()!.log.push({
      ...{ status: 'delivered', rawCode: 'AGAIN', key: 'again' },
      occurredAt: new Date(Date.now() + 240_000).toISOString(),
    })
    await poll('cdek')
    expect(await entries()).toMatchObject([{ amountMinor: '15000' }])
  })

  it('for what was lost is its price and what was declared, and is corrected when it is found', async () => {
    await onItsWay()
    await promisedIn(-1)
    const { declaredMinor } = await shipment()
    const whole = 30_000 + Number(declaredMinor)
    await happen('cdek', 'lost', ARRIVES_MINUTE)
    expect(await entries()).toMatchObject([{ reason: 'lost', amountMinor: String(whole) }])
    expect(await claim()).toMatchObject({ expectedMinor: String(-whole), settledAt: null })
    await run(one.activities.askPerson, { shipmentId: one.shipmentId, kind: 'not-delivered' })
    const details = async () =>
      (
        await db
          .selectFrom('humanTask')
          .select('details')
          .where('shipmentId', '=', one.shipmentId)
          .executeTakeFirstOrThrow()
      ).details
    expect(await details()).toEqual({ claim: { amount: whole, currency: 'RUB' } })

    const { log } = entry()!
    log[log.length - 1] = { ...log.at(-1)!, isRevoked: true }
    await poll('cdek')
    expect(await entries()).toMatchObject([
      { amountMinor: String(whole) },
      { reason: 'lost', number: 2, amountMinor: String(-whole) },
    ])
    expect(await claim()).toMatchObject({ expectedMinor: '0', actualMinor: '0' })
    expect(await details()).toEqual({})

    await happen('cdek', 'delivered', ARRIVES_MINUTE)
    expect((await entries()).at(-1)).toMatchObject({ reason: 'late', number: 1, daysLate: 1 })
    expect(await claim()).toMatchObject({
      ...{ expectedMinor: '-2700', actualMinor: null, settledAt: null },
    })
    expect(await details()).toEqual({ claim: { amount: 2_700, currency: 'RUB' } })
    expect((await told('compensated')).map(({ balance }) => (balance as never)['amount'])).toEqual([
      ...[whole, 0, 2_700],
    ])
  })

  it('is nothing for what was disposed of, as nobody came, also once its carrier has called it lost', async () => {
    await onItsWay()
    const declaredMinor = Number((await shipment()).declaredMinor)
    await happen('cdek', 'lost', 3)
    expect(await entries()).toHaveLength(1)
    entry()!.log.push({ ...trouble('disposed-of', 'lost'), occurredAt: inMinutes(5) })
    await poll('cdek')
    expect((await entries()).map(({ amountMinor }) => Number(amountMinor))).toEqual([
      ...[30_000 + declaredMinor, -30_000 - declaredMinor],
    ])
    expect(await claim()).toMatchObject({ expectedMinor: '0' })
    const tracked = await findTracked(database.storefront.db, one.shipmentId)
    expect(tracked).toMatchObject({ status: 'lost', reason: 'disposed-of' })
    expect(tracked!.events.at(-1)).toMatchObject({ status: 'lost', reason: 'disposed-of' })
  })

  it('for what comes back is by whose fault that is', async () => {
    const goesBack = async (reason: string) => {
      await onItsWay()
      entry()!.log.push(trouble(reason, 'returning'))
      await happen('cdek', 'returned', 5)
      return entries()
    }
    expect(await goesBack('refused-changed-mind')).toEqual([])
    await one.begin()
    expect(await goesBack('damaged-in-transit')).toMatchObject([
      { reason: 'returned', amountMinor: '30000' },
    ])
  })

  it('for what was refused as too late is by when it was there, or refused', async () => {
    const refused = async (days: number, ...before: TrackingEvent[]) => {
      await one.begin()
      await onItsWay()
      await promisedIn(-2)
      const occurredAt = inDays(days).toISOString()
      entry()!.log.push(...before, { ...trouble('refused-too-late', 'returning'), occurredAt })
      await happen('cdek', 'returned', 5)
      return entries()
    }
    const due = [{ reason: 'returned', amountMinor: '30000' }]
    expect(await refused(0)).toMatchObject(due)
    expect(await refused(-3)).toEqual([])
    expect(await refused(0, inTime('ready-for-pickup'))).toEqual([])
    expect(await refused(0, inTime('attempt-failed', 'courier-late'))).toMatchObject(due)
  })

  it('is corrected when its carrier takes back what was not the last of it', async () => {
    const takeBack = async (status: TrackingStatus) => {
      const { log } = entry()!
      const index = log.findIndex((event) => event.status === status)
      log[index] = { ...log[index]!, isRevoked: true }
      await poll('cdek')
    }
    await onItsWay()
    await promisedIn(-2)
    entry()!.log.push(inTime('ready-for-pickup'))
    await happen('cdek', 'delivered', ARRIVES_MINUTE)
    expect(await entries()).toEqual([])
    await takeBack('ready-for-pickup')
    expect(await entries()).toMatchObject([{ reason: 'late', daysLate: 2 }])
    expect(await claim()).toMatchObject({ expectedMinor: '-5400' })

    await one.begin()
    await onItsWay()
    entry()!.log.push(trouble('damaged-in-transit', 'returning'))
    await happen('cdek', 'returned', 5)
    expect(await entries()).toHaveLength(1)
    await takeBack('returning')
    expect(await entries()).toMatchObject([{}, { reason: 'returned', amountMinor: '-30000' }])
    expect(await claim()).toMatchObject({ expectedMinor: '0' })
  })

  it('for what came late stays so when a part of it goes back', async () => {
    await onItsWay()
    await promisedIn(-2)
    entry()!.log.push({ ...trouble('partial', 'delivered'), occurredAt: inMinutes(ARRIVES_MINUTE) })
    await poll('cdek')
    await happen('cdek', 'returned', 5)
    expect(await entries()).toMatchObject([{ reason: 'late', amountMinor: '5400' }])
    expect(await claim()).toMatchObject({ expectedMinor: '-5400' })
    expect((await shipment()).phase).toBe('delivered')
  })

  it('is claimed anew when it becomes another sum, and keeps what was paid', async () => {
    const pay = (paidMinor: number) =>
      db
        .transaction()
        .execute((trx) =>
          settleClaim(trx, { shipmentId: one.shipmentId, paidMinor, actor: 'system' }),
        )
    const arrives = async (minute: number, days: number) => {
      await promisedIn(-days)
      await happen('cdek', 'delivered', minute)
    }
    const takeBack = async () => {
      const { log } = entry()!
      log[log.length - 1] = { ...log.at(-1)!, isRevoked: true }
      await poll('cdek')
    }
    await onItsWay()
    await arrives(ARRIVES_MINUTE, 2)
    await pay(5_400)
    expect(await claim()).toMatchObject({ expectedMinor: '-5400', actualMinor: '-5400' })
    await takeBack()
    expect(await claim()).toMatchObject({ expectedMinor: '0', actualMinor: '-5400' })
    await arrives(ARRIVES_MINUTE + 1, 4)
    expect(await claim()).toEqual({
      ...{ expectedMinor: '-10800', actualMinor: '-5400', settledAt: null },
    })

    await pay(0)
    await promisedIn(-3)
    entry()!.log.push({ ...trouble('late', 'delivered'), occurredAt: inMinutes(5) })
    await poll('cdek')
    expect(await claim()).toEqual({ expectedMinor: '-8100', actualMinor: null, settledAt: null })
    await pay(8_100)
    await poll('cdek')
    expect((await claim())!.settledAt).not.toBeNull()
  })

  it('by its carrier alone is claimed where its buyer had it in time, or nothing is due to them', async () => {
    const { sellerId } = one.scene.shop
    const terms = JSON.stringify({ compensation: { perDayLatePercent: 0 } })
    await db.insertInto('slaPolicy').values({ sellerId, version: 1, tariff: '', terms }).execute()
    await onItsWay()
    await promisedIn(-2)
    await happen('cdek', 'delivered', ARRIVES_MINUTE)
    expect(await entries()).toEqual([])
    expect(await told('compensated')).toEqual([])
    expect(await claim()).toEqual({ expectedMinor: '-5400', actualMinor: null, settledAt: null })
  })

  it('stays a claim when its carrier says what the delivery cost', async () => {
    await onItsWay()
    await promisedIn(-2)
    await happen('cdek', 'delivered', ARRIVES_MINUTE)
    one.scene.carriers.cdek.carrier.track = async () => ({
      ...{ events: entry()!.log, finalPrice: { amount: 31_000, currency: 'RUB' } },
    })
    await poll('cdek')
    const costs = await db
      .selectFrom('costEntry')
      .select(['kind', 'actualMinor'])
      .where('shipmentId', '=', one.shipmentId)
      .orderBy('id')
      .execute()
    expect(costs).toEqual([
      { kind: 'delivery', actualMinor: '31000' },
      { kind: 'claim', actualMinor: null },
    ])
  })

  it('goes with its attempt without a scan of all that is due', async () => {
    const { rows } = await sql<{ columns: string }>`
      select pg_get_indexdef(indexrelid, 1, true) as columns from pg_index
      where indrelid = 'compensation'::regclass`.execute(db)
    expect(rows.map(({ columns }) => columns)).toContain('attempt_id')
  })

  it('is seen by its seller alone, and changed by nobody', async () => {
    await onItsWay()
    await promisedIn(-2)
    await happen('cdek', 'delivered', ARRIVES_MINUTE)
    const { sellerId } = one.scene.shop
    const seen = (of: string) =>
      asSeller(database.seller.db, of, async (trx) => [
        ...(await trx.selectFrom('compensation').select('id').execute()),
        ...((await findDelivery(trx, one.shipmentId))?.compensations ?? []),
      ])
    expect(await seen(sellerId)).toHaveLength(2)
    expect(await seen(String(Number(sellerId) + 1))).toEqual([])
    for (const other of [database.system.db, database.seller.db])
      await expect(
        other.updateTable('compensation').set({ daysLate: 1 }).execute(),
      ).rejects.toThrow(/permission denied/)
    const again = await db
      .selectFrom('compensation')
      .select([
        'shipmentId',
        'attemptId',
        'sellerId',
        'reason',
        'number',
        'amountMinor',
        'currency',
      ])
      .where('shipmentId', '=', one.shipmentId)
      .executeTakeFirstOrThrow()
    await expect(db.insertInto('compensation').values(again).execute()).rejects.toThrow(/unique/)
  })
})
