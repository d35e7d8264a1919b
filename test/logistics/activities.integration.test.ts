import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { createQuotes } from '../../activities/logistics/ask-for-quotes.ts'
import { openContracts } from '../../activities/logistics/contracts-with-carriers.ts'
import { asSeller } from '../../db/tenancy.ts'
import { freshDatabase } from '../support/postgres.ts'
import { oneShipment, run } from './one-shipment.ts'
import { deliveryScene, type Scene } from './scene.ts'

const database = await freshDatabase()
const one = oneShipment(database)
const { plan, book, reference, attempt, shipment, tasks, events, types, entry } = one

beforeEach(one.begin)
afterAll(() => database.drop())

describe('quotes', () => {
  it('are ranked as a plan is, and kept nowhere', async () => {
    one.scene.carriers.uber.carrier.quote = async () => ({
      outcome: 'refused',
      reason: { code: 'no-way', message: '', kind: 'permanent' },
    })
    const { sellerId, warehouseId } = one.scene.shop
    const { askForQuotes } = createQuotes(one.scene.deps, openContracts(one.scene.deps))
    const { ranked, leftOut, explained } = await run(askForQuotes, {
      ...{ sellerId, orderId: one.orderId, warehouseId, cityId: 'msk' },
      parcels: [{ weightG: 1_000, lengthMm: 200, widthMm: 200, heightMm: 100 }],
      declared: { amount: 129_900, currency: 'RUB' },
    })
    expect(ranked).toMatchObject([
      { carrier: 'cdek', price: { amount: 30_000, currency: 'RUB' }, why: { onTime: 0.9 } },
      { carrier: 'dpd', price: { amount: 35_000 } },
    ])
    expect(leftOut).toEqual([{ carrier: 'uber', why: 'refused', code: 'no-way' }])
    expect(explained.ru).toContain('СДЭК')
    const kept = database.owner.db
      .selectFrom('deliveryQuote')
      .select('id')
      .where('shipmentId', '=', one.shipmentId)
    expect(await kept.execute()).toEqual([])
  })
})

describe('planning', () => {
  it('freezes the list of a round with its inputs, and the promise with the first', async () => {
    const first = await plan()
    expect(first.candidates.map(({ carrier }) => carrier)).toEqual(['cdek', 'dpd', 'uber'])
    expect(await plan()).toEqual(first)
    const again = await plan(2)
    expect(again.promise).toEqual(first.promise)
    const rows = await database.owner.db
      .selectFrom('deliveryQuote')
      .selectAll()
      .where('shipmentId', '=', one.shipmentId)
      .execute()
    expect(rows).toHaveLength(2)
    expect(rows[0]!.ranked[0]).toMatchObject({ carrier: 'cdek', rank: 1, why: { onTime: 0.9 } })
    expect(rows[0]!.inputs).toMatchObject({ lane: { fromCity: 'msk', toCity: 'msk' } })
  })

  it('leaves out who does not answer, and says so', async () => {
    one.scene.carriers.cdek.carrier.quote = async () => {
      throw new Error('away')
    }
    expect((await plan()).candidates.map(({ carrier }) => carrier)).toEqual(['dpd', 'uber'])
    const { leftOut } = await database.owner.db
      .selectFrom('deliveryQuote')
      .select('leftOut')
      .where('shipmentId', '=', one.shipmentId)
      .executeTakeFirstOrThrow()
    expect(leftOut).toEqual([{ carrier: 'cdek', why: 'no-answer', code: 'unavailable' }])
  })

  it('offers another point instead of one that takes nothing', async () => {
    await run(one.activities.changePoint, {
      ...{ shipmentId: one.shipmentId, point: { carrier: 'cdek', code: 'MSK65', kind: 'pvz' } },
    })
    const nearest = { carrier: 'cdek', code: 'MSK66', kind: 'pvz' } as const
    one.scene.deps.checkPoint = async () => ({ outcome: 'full', nearest })
    expect(await plan()).toMatchObject({
      ...{ outcome: 'point-unavailable', offer: nearest, candidates: [] },
    })
    await run(one.activities.askPerson, {
      shipmentId: one.shipmentId,
      kind: 'point-unavailable',
      offer: nearest,
    })
    expect(await tasks()).toEqual([{ kind: 'point-unavailable', state: 'open' }])
    expect((await shipment()).phase).toBe('waiting')
  })

  it('asks those last who have failed this shipment before', async () => {
    await plan()
    one.scene.script(reference(), { book: 'busy' })
    await book()
    expect((await plan(2)).candidates.map(({ carrier }) => carrier)).toEqual([
      'dpd',
      'uber',
      'cdek',
    ])
  })
})

describe('an attempt', () => {
  beforeEach(() => plan())

  it('is booked with its event, its expected cost and its first poll', async () => {
    const { outcome, attemptId } = await book()
    expect(outcome).toBe('booked')
    expect(await attempt(attemptId)).toMatchObject({ state: 'booked', carrier: 'cdek', calls: 1 })
    expect(await shipment()).toMatchObject({ phase: 'booked', liveAttemptId: attemptId })
    expect(await types()).toEqual(['requested', 'booked'])
    const costs = await database.owner.db
      .selectFrom('costEntry')
      .select(['kind', 'expectedMinor'])
      .where('attemptId', '=', attemptId)
      .execute()
    expect(costs).toEqual([{ kind: 'delivery', expectedMinor: '30000' }])
  })

  it('is on disk before its carrier is asked', async () => {
    let seen: unknown
    const { carrier } = one.scene.carriers.cdek
    const ask = carrier.book.bind(carrier)
    carrier.book = async (request, call) => {
      seen = await database.owner.db
        .selectFrom('bookingAttempt')
        .select('state')
        .where('reference', '=', request.reference)
        .executeTakeFirst()
      return ask(request, call)
    }
    await book()
    expect(seen).toEqual({ state: 'asked' })
  })

  it('asks its carrier once, however often the step is run', async () => {
    const { attemptId } = await book()
    await book(1, 1, attemptId)
    expect(entry()).toMatchObject({ bookings: 1, asked: 1 })
  })

  it('that a killed worker left behind is found, not booked again', async () => {
    one.scene.script(reference(), { book: 'lost' })
    const { attemptId } = await book()
    await database.owner.db
      .updateTable('bookingAttempt')
      .set({ state: 'asked' })
      .where('id', '=', attemptId)
      .execute()
    expect((await book(1, 1, attemptId)).outcome).toBe('booked')
    expect(entry()).toMatchObject({ bookings: 1, asked: 1 })
  })

  it('cannot even be written beside one that is live or may be', async () => {
    for (const behaviour of ['ok', 'pending', 'lost'] as const) {
      await one.another()
      await plan()
      one.scene.script(reference(), { book: behaviour })
      await book()
      await expect(book(2, 2)).rejects.toMatchObject({ type: 'SecondBooking' })
    }
    expect(one.scene.carriers.dpd.asked).toEqual([])
  })

  it('goes over to the next carrier, and tells from whom and why', async () => {
    one.scene.script(reference(), { book: 'refuse' })
    expect((await book()).outcome).toBe('gone')
    expect((await book(2, 2)).outcome).toBe('booked')
    expect(await types()).toEqual(['requested', 'failed_over', 'booked'])
    expect((await events())[1]!.data).toMatchObject({
      carrier: 'dpd',
      from: 'cdek',
      why: 'rejected',
    })
    expect(await shipment()).toMatchObject({ carrier: 'dpd', failovers: 1 })
  })

  it('fails while its confirmation is out, and writes that down once it is there', async () => {
    one.scene.script(reference(), { book: 'pending', confirms: 1 })
    const { attemptId } = await book()
    const confirm = () => run(one.activities.confirmBooking, { attemptId })
    await expect(confirm()).rejects.toMatchObject({ type: 'Pending', nonRetryable: false })
    expect((await confirm()).outcome).toBe('booked')
  })

  it('of which nobody knows is nobody’s any more when it is settled', async () => {
    one.scene.script(reference(), { book: 'lost', silentFinds: 1 })
    const { attemptId, outcome } = await book()
    expect(outcome).toBe('unknown')
    const settle = () =>
      run(one.activities.settleAttempt, { attemptId, intent: 'keep', why: 'no-answer' })
    await expect(settle()).rejects.toMatchObject({ type: 'Unsettled' })
    expect(await tasks()).toEqual([{ kind: 'unsettled-booking', state: 'open' }])
    expect((await settle()).outcome).toBe('booked')
    expect(await tasks()).toEqual([{ kind: 'unsettled-booking', state: 'done' }])
  })

  it('is released when its carrier says so, not before', async () => {
    one.scene.script(reference(), { cancel: 'slow' })
    const { attemptId } = await book()
    const release = () =>
      run(one.activities.settleAttempt, { attemptId, intent: 'release', why: 'too-slow' })
    await expect(release()).rejects.toMatchObject({ type: 'Unsettled' })
    await expect(book(2, 2)).rejects.toMatchObject({ type: 'SecondBooking' })
    expect((await release()).outcome).toBe('gone')
    expect(await shipment()).toMatchObject({ phase: 'planning', liveAttemptId: null })
  })

  it('that cannot be cancelled is the booking still', async () => {
    for (const cancel of ['too-late', 'by-phone'] as const) {
      await one.another()
      await plan()
      one.scene.script(reference(), { cancel })
      const { attemptId } = await book()
      const input = { attemptId, intent: 'release', why: 'too-slow' } as const
      expect((await run(one.activities.settleAttempt, input)).outcome).toBe('booked')
      expect(await attempt(attemptId)).toMatchObject({ state: 'booked', givenUpFor: null })
    }
  })
})

describe('a loser', () => {
  const lose = async (behaviour: Parameters<Scene['script']>[1]) => {
    await plan()
    one.scene.script(reference(), behaviour)
    const { attemptId } = await book()
    await run(one.activities.settleAttempt, { attemptId, intent: 'release', why: 'too-slow' })
    await book(2, 2)
    return attemptId
  }
  const look = (attemptId: string) => run(one.activities.lookAtLoser, { attemptId })

  it('that wakes up is cancelled again', async () => {
    const attemptId = await lose({ wakesAtFind: 1 })
    expect(await look(attemptId)).toBe('quiet')
    expect(entry()).toMatchObject({ state: 'cancelled', bookings: 2, cancellations: 2 })
    expect(await attempt(attemptId)).toMatchObject({ state: 'cancelled' })
  })

  it('that nobody can cancel costs something and is a person’s, once', async () => {
    const attemptId = await lose({ wakesAtFind: 1 })
    one.scene.script(reference(), { wakesAtFind: 1, cancel: 'by-phone' })
    for (let times = 0; times < 2; times++) expect(await look(attemptId)).toBe('loose')
    expect(await tasks()).toEqual([{ kind: 'loose-booking', state: 'open' }])
    expect((await shipment()).carrier).toBe('dpd')
  })

  it('is kept in the log and moves nothing, but is looked at again', async () => {
    const attemptId = await lose({})
    const told = {
      events: [
        { key: 'a', status: 'in-transit', rawCode: '3', occurredAt: new Date().toISOString() },
      ],
    } as const
    const applied = await one.tracker.apply(await attempt(attemptId), told, 'webhook')
    expect(applied).toMatchObject({ hasWoken: true })
    expect(applied.change).toBeUndefined()
    expect(await shipment()).toMatchObject({ phase: 'booked', carrier: 'dpd', status: 'booked' })
    expect(one.scene.signals.at(-1)).toMatchObject({ workflowId: `loser:${attemptId}` })
  })
})

describe('what is missed', () => {
  it('is one alert and one event, however often it is raised', async () => {
    await plan()
    await book()
    const miss = {
      shipmentId: one.shipmentId,
      kind: 'late',
      stage: '',
      dueAt: new Date().toISOString(),
    } as const
    for (let times = 0; times < 2; times++) await run(one.activities.raiseSla, miss)
    expect((await types()).filter((type) => type === 'late')).toHaveLength(1)
    expect((await shipment()).lateAt).not.toBeNull()
  })
})

describe('tenancy', () => {
  it('shows a seller nothing of another’s deliveries', async () => {
    await plan()
    await book()
    const stranger = await deliveryScene(database)
    const seen = await asSeller(database.seller.db, stranger.shop.sellerId, async (trx) => [
      ...(await trx.selectFrom('shipment').select('id').execute()),
      ...(await trx.selectFrom('bookingAttempt').select('id').execute()),
      ...(await trx.selectFrom('deliveryQuote').select('id').execute()),
      ...(await trx.selectFrom('costEntry').select('id').execute()),
    ])
    expect(seen).toEqual([])
    const own = await asSeller(database.seller.db, one.scene.shop.sellerId, (trx) =>
      trx.selectFrom('shipment').select('id').execute(),
    )
    expect(own).toHaveLength(1)
  })
})
