import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import type { TrackingStatus } from '../../contracts/logistics.ts'
import type { TrackingEvent } from '../../clients/carriers/carrier.ts'
import { settleClaim } from '../../db/logistics/delivery-costs.ts'
import { findDelivery } from '../../db/logistics/deliveries.ts'
import { findTracked } from '../../db/logistics/tracked.ts'
import { asSeller } from '../../db/tenancy.ts'
import { run } from './one-shipment.ts'
import { afterHandOver } from './after-hand-over-scene.ts'

const {
  ARRIVES_MINUTE,
  claim,
  database,
  db,
  entries,
  entry,
  happen,
  inDays,
  inMinutes,
  inTime,
  onItsWay,
  one,
  poll,
  promisedIn,
  shipment,
  told,
  trouble,
} = await afterHandOver()

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
