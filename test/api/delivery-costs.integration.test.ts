import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDelivery, type TestDelivery } from '../support/deliveries.ts'
import { createShop, type TestShop } from '../support/marketplace.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres.ts'
import { authorised, testApp } from './app.ts'

let database: TestDatabase
let app: ReturnType<typeof testApp>['app']
let shop: TestShop
let auth: { Authorization: string }
let theirs: { Authorization: string }
let admin: { Authorization: string }
/** The newest first. */
const made: TestDelivery[] = []

type Costs = { items: { deliveryId: string; entries: object[] }[]; totals: object[] } & {
  nextCursor: string | null
}

beforeAll(async () => {
  database = await freshDatabase()
  const { owner, seller, storefront, system } = database
  ;({ app } = testApp({ seller: seller.db, storefront: storefront.db, system: system.db }))
  shop = await createShop(owner.db)
  auth = await authorised(owner.db, shop.sellerId)
  theirs = await authorised(owner.db, (await createShop(owner.db)).sellerId)
  admin = await authorised(owner.db, null, ['admin'])
  await createDelivery(owner.db, shop)
  for (const [expectedMinor, actualMinor, currency] of [
    [45_000, 47_500, 'RUB'],
    [30_000, null, 'RUB'],
    [10_000, 9_000, 'KZT'],
  ] as const) {
    const delivery = await createDelivery(owner.db, shop)
    made.unshift(delivery)
    const { shipmentId, attemptId } = delivery
    await owner.db
      .insertInto('costEntry')
      .values({
        ...{ shipmentId, attemptId, sellerId: shop.sellerId, kind: 'delivery' },
        ...{ expectedMinor, actualMinor, currency },
        settledAt: actualMinor === null ? null : '2026-11-26T10:00:00Z',
      })
      .execute()
  }
})
afterAll(() => database.drop())

const read = async (query = '', headers = auth, path = '/v1/delivery-costs') => {
  const response = await app.request(`${path}${query}`, { headers })
  expect(response.status).toBe(200)
  return (await response.json()) as Costs
}
const money = (amount: number, currency = 'RUB') => ({ amount, currency })
const ids = ({ items }: Costs) => items.map(({ deliveryId }) => deliveryId)

describe('what deliveries cost', () => {
  it('is shown for each that costs something, the newest first, with totals by currency', async () => {
    const costs = await read()
    expect(ids(costs)).toEqual(made.map(({ shipmentId }) => shipmentId))
    expect(costs.items[2]).toEqual({
      ...{ deliveryId: made[2]!.shipmentId, orderId: made[2]!.orderId, sellerId: shop.sellerId },
      entries: [
        {
          ...{ attemptId: made[2]!.attemptId, carrier: 'cdek', kind: 'delivery' },
          ...{ expected: money(45_000), actual: money(47_500) },
          settledAt: '2026-11-26T10:00:00.000Z',
        },
      ],
    })
    expect(costs.items[1]!.entries[0]).not.toHaveProperty('actual')
    expect(costs.totals).toEqual([
      {
        ...{ expected: money(10_000, 'KZT'), actual: money(9_000, 'KZT') },
        ...{ difference: money(-1_000, 'KZT'), unsettled: 0 },
      },
      {
        ...{ expected: money(75_000), actual: money(47_500) },
        ...{ difference: money(2_500), unsettled: 1 },
      },
    ])
  })

  it('comes page by page, each with the same totals', async () => {
    const whole = await read()
    const first = await read('?limit=2')
    const second = await read(`?limit=2&cursor=${first.nextCursor}`)
    expect([...ids(first), ...ids(second)]).toEqual(ids(whole))
    expect([second.nextCursor, first.totals, second.totals]).toEqual([
      null,
      whole.totals,
      whole.totals,
    ])
  })

  it('is narrowed to what is settled, or is not', async () => {
    expect(ids(await read('?settled=false'))).toEqual([made[1]!.shipmentId])
    expect(ids(await read('?settled=true'))).toEqual([made[0]!.shipmentId, made[2]!.shipmentId])
    expect(ids(await read('?to=2020-01-01T00:00:00Z'))).toEqual([])
  })

  it('is less by what a carrier owes, as soon as an operator says what it has paid', async () => {
    const { shipmentId, attemptId } = made[0]!
    await database.owner.db
      .insertInto('costEntry')
      .values({
        ...{ shipmentId, attemptId, sellerId: shop.sellerId, kind: 'claim' },
        ...{ expectedMinor: -5_400, currency: 'KZT' },
      })
      .execute()
    expect(ids(await read('?settled=false'))).toContain(shipmentId)
    const settle = (id: string, body: object = { paid: 4_000 }, by = admin) =>
      app.request(`/v1/admin/delivery-costs/${id}/claim`, {
        method: 'PUT',
        headers: { ...by, 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      })
    expect((await settle(made[1]!.shipmentId)).status).toBe(404)
    expect((await settle('1')).status).toBe(404)
    expect((await settle(shipmentId, { paid: -1 })).status).toBe(400)
    expect((await settle(shipmentId, undefined, auth)).status).toBe(403)
    const response = await settle(shipmentId)
    expect(response.status).toBe(200)
    const claimed = { expected: money(-5_400, 'KZT'), actual: money(-4_000, 'KZT') }
    expect(await response.json()).toMatchObject({
      deliveryId: shipmentId,
      entries: [{ kind: 'delivery' }, { kind: 'claim', ...claimed }],
    })
    expect(ids(await read('?settled=false'))).not.toContain(shipmentId)
    expect((await read()).totals[0]).toEqual({
      ...{ expected: money(4_600, 'KZT'), actual: money(5_000, 'KZT') },
      ...{ difference: money(400, 'KZT'), unsettled: 0 },
    })
    await database.owner.db.deleteFrom('costEntry').where('kind', '=', 'claim').execute()
  })

  it('is nothing for another seller, and everybody’s for operators', async () => {
    expect(await read('', theirs)).toEqual({ items: [], nextCursor: null, totals: [] })
    expect(ids(await read('', admin, '/v1/admin/delivery-costs'))).toHaveLength(3)
  })
})
