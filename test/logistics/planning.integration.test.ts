import { MockActivityEnvironment } from '@temporalio/testing'
import type { Updateable } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { QuoteRequest } from '../../clients/carriers/carrier.ts'
import {
  createLogisticsActivities,
  type LogisticsActivities,
} from '../../activities/logistics/index.ts'
import type { Database } from '../../db/database.ts'
import { DEFAULT_TERMS } from '../../domain/logistics/sla.ts'
import { HOUR_MS } from '../../domain/logistics/zone.ts'
import { aPoint, keepPoint } from '../support/pickup-points.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres.ts'
import { deliveryScene, type Scene } from './scene.ts'

let database: TestDatabase
let scene: Scene
let activities: LogisticsActivities
let shipmentId: string

beforeAll(async () => {
  database = await freshDatabase()
})
beforeEach(async () => {
  scene = await deliveryScene(database)
  activities = createLogisticsActivities(scene.deps)
  ;({ shipmentId } = await scene.newShipment())
})
afterAll(() => database.drop())

const run = <In, Out>(activity: (input: In) => Promise<Out>, input: In): Promise<Out> =>
  new MockActivityEnvironment().run(activity as never, input) as Promise<Out>
const plan = (round = 1) => run(activities.planDelivery, { shipmentId, round })
const ranked = async (round = 1) => {
  const row = await database.owner.db
    .selectFrom('deliveryQuote')
    .select(['ranked', 'leftOut'])
    .where('shipmentId', '=', shipmentId)
    .where('round', '=', round)
    .executeTakeFirstOrThrow()
  return row
}
const changeShipment = (values: Updateable<Database['shipment']>) =>
  database.owner.db.updateTable('shipment').set(values).where('id', '=', shipmentId).execute()
/** What a carrier is asked for. */
const requests = (id: 'cdek' | 'dpd' | 'uber') => {
  const asked: QuoteRequest[] = []
  const { carrier } = scene.carriers[id]
  const quote = carrier.quote.bind(carrier)
  carrier.quote = (request, call) => {
    asked.push(request)
    return quote(request, call)
  }
  return asked
}
const policy = (tariff: string, version: number, terms: object) =>
  database.owner.db
    .insertInto('slaPolicy')
    .values({ sellerId: scene.shop.sellerId, tariff, version, terms: JSON.stringify(terms) })
    .execute()

describe('a carrier', () => {
  it('is not asked while its breaker for bookings is open', async () => {
    const asked = requests('cdek')
    scene.carriers.cdek.carrier.isResting = async (operation) => operation === 'book'
    expect((await plan()).candidates.map(({ carrier }) => carrier)).toEqual(['dpd', 'uber'])
    expect(asked).toEqual([])
    expect((await ranked()).leftOut).toEqual([{ carrier: 'cdek', why: 'breaker-open' }])
  })

  it('is told its own codes of the cities, as its points have them', async () => {
    await keepPoint(database.owner.db, aPoint('MSK65'))
    const asked = requests('cdek')
    await plan()
    expect(asked[0]).toMatchObject({
      from: { carrierCityCodes: { cdek: '44' } },
      to: { carrierCityCodes: { cdek: '44' } },
    })
  })
})

describe('a warehouse of which nobody has said how carriers find it', () => {
  it('sends nothing until somebody does', async () => {
    const { warehouseId, sellerId } = scene.shop
    const told = await database.owner.db
      .deleteFrom('warehouseDispatch')
      .where('warehouseId', '=', warehouseId)
      .returningAll()
      .executeTakeFirstOrThrow()
    const asked = requests('cdek')
    await expect(plan()).rejects.toThrow('Nobody has said how carriers find the warehouse')
    expect(asked).toEqual([])
    await database.owner.db
      .insertInto('warehouseDispatch')
      .values({ ...told, sellerId })
      .execute()
    expect((await plan()).candidates).toHaveLength(3)
  })
})

describe('a later round', () => {
  it('has it fetched from now on, never in the past, and keeps the promise', async () => {
    const first = await plan()
    const past = new Date(Date.now() - 50 * HOUR_MS)
    await changeShipment({ readyAt: past })
    const asked = requests('dpd')
    const before = Date.now() - 60_000
    const second = await plan(2)
    expect(Date.parse(second.readyAt)).toBeGreaterThanOrEqual(before)
    expect(second.promise).toEqual(first.promise)
    expect(Date.parse(asked[0]!.readyAt)).toBeGreaterThanOrEqual(before)
    for (const { promised } of (await ranked(2)).ranked)
      expect(Date.parse(promised.pickupAt)).toBeGreaterThanOrEqual(before)
  })
})

describe('a delivery to a point', () => {
  it('is promised within its hours', async () => {
    const hours = [1, 2, 3, 4, 5, 6, 7].map((day) => ({ day, from: '12:00', to: '16:00' }))
    await keepPoint(database.owner.db, aPoint('LATE', { hours }))
    await changeShipment({ pointCarrier: 'cdek', pointCode: 'LATE', pointKind: 'pvz' })
    const { carrier } = scene.carriers.cdek
    const quote = carrier.quote.bind(carrier)
    carrier.quote = async (request, call) => {
      const answer = await quote(request, call)
      if (answer.outcome !== 'quoted') return answer
      return { ...answer, quotes: answer.quotes.map((one) => ({ ...one, mode: 'door-point' })) }
    }
    const { promise } = await plan()
    expect(promise!.earliest.slice(11)).toBe('09:00:00.000Z')
    expect(promise!.latest.slice(11)).toBe('13:00:00.000Z')
  })

  it.each([
    ['unknown', { carrier: 'cdek', code: 'NONE', kind: 'pvz' }],
    ['unknown', { carrier: 'uber', code: 'OTHER', kind: 'pvz' }],
    ['other-kind', { carrier: 'cdek', code: 'OTHER', kind: 'locker' }],
    ['other-city', { carrier: 'cdek', code: 'SPB', kind: 'pvz' }],
  ] as const)('cannot be changed to one that is %s', async (outcome, point) => {
    await keepPoint(database.owner.db, aPoint('OTHER'))
    await keepPoint(database.owner.db, aPoint('SPB'), 'spb')
    expect(await run(activities.checkNewPoint, { shipmentId, point })).toEqual({ outcome })
  })

  it('can be changed to one that its carrier says is open', async () => {
    await keepPoint(database.owner.db, aPoint('OTHER'))
    const point = { carrier: 'cdek', code: 'OTHER', kind: 'pvz' } as const
    const check = () => run(activities.checkNewPoint, { shipmentId, point })
    expect(await check()).toEqual({ outcome: 'ok' })
    scene.deps.checkPoint = async () => ({ outcome: 'full' })
    expect(await check()).toEqual({ outcome: 'full' })
  })
})

describe('the terms', () => {
  it('are those of the first plan in all rounds, also a tariff’s own', async () => {
    await policy('', 1, { handOverMs: 5 })
    await policy('cdek', 1, { confirmMs: 7 })
    const first = await plan()
    const { terms } = first.candidates.find(({ carrier }) => carrier === 'cdek')!
    expect(terms).toEqual({ ...DEFAULT_TERMS, handOverMs: 5, confirmMs: 7 })
    expect(first.terms).toEqual({ ...DEFAULT_TERMS, handOverMs: 5 })
    await policy('', 2, { handOverMs: 50 })
    await policy('cdek', 2, { confirmMs: 70 })
    await policy('dpd', 1, { confirmMs: 700 })
    const second = await plan(2)
    expect(second.terms).toEqual(first.terms)
    expect(second.candidates.map((one) => [one.carrier, one.terms?.confirmMs])).toEqual([
      ['cdek', 7],
      ['dpd', undefined],
      ['uber', undefined],
    ])
  })

  it('keep every silence that a policy does not name', async () => {
    await policy('', 1, { silenceMs: { 'in-transit': 5 } })
    const { terms } = await plan()
    expect(terms.silenceMs).toEqual({ ...DEFAULT_TERMS.silenceMs, 'in-transit': 5 })
  })
})
