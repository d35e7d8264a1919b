import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Order } from '../../api/orders/order-view.ts'
import { buyer, deliverTo, stockedShop, unitsOf, type StockedShop } from '../orders/shop-goods.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres.ts'
import { ALL_SCOPES, authorised, testApp } from './app.ts'

let database: TestDatabase
let api: ReturnType<typeof testApp>
let one: StockedShop
let other: StockedShop
let auth: { Authorization: string }

beforeAll(async () => {
  database = await freshDatabase()
  auth = await authorised(database.owner.db, null, ['checkouts:write'])
})
beforeEach(async () => {
  one = await stockedShop(database.owner.db)
  other = await stockedShop(database.owner.db)
  const { seller, storefront, system } = database
  api = testApp({ seller: seller.db, storefront: storefront.db, system: system.db })
})
afterAll(() => database.drop())

type Checkout = { id: string; orders: Order[] }

const lines = (quantity = 1) => [
  { shopProductId: other.goods[0]!, quantity },
  { shopProductId: one.goods[0]!, quantity },
  { shopProductId: one.goods[1]!, quantity },
]
const buy = (body: object = { lines: lines(), buyer, deliverTo }, headers: object = {}) =>
  api.app.request('/v1/checkouts', {
    method: 'POST',
    headers: { ...auth, 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
const read = (id: string) => api.app.request(`/v1/checkouts/${id}`, { headers: auth })
const units = () =>
  Promise.all([one.goods[0]!, other.goods[0]!].map((id) => unitsOf(database.owner.db, id)))

describe('a checkout', () => {
  it('becomes an order of each shop, under one id, each its seller’s own', async () => {
    const response = await buy()
    expect(response.status).toBe(201)
    const { id, orders } = (await response.json()) as Checkout
    expect(response.headers.get('Location')).toBe(`/v1/checkouts/${id}`)
    expect(orders).toMatchObject([
      { checkoutId: id, sellerId: one.sellerId, total: { amount: 2_000 } },
      { checkoutId: id, sellerId: other.sellerId, total: { amount: 1_000 } },
    ])
    expect(await units()).toEqual([9, 9])
    expect(api.workflows.started).toHaveLength(2)
    expect(await (await read(id)).json()).toEqual({ id, orders })

    const theirs = await authorised(database.owner.db, other.sellerId)
    const seen = await api.app.request('/v1/orders', { headers: theirs })
    expect(((await seen.json()) as { items: Order[] }).items).toEqual([orders[1]])
    const events = await database.owner.db
      .selectFrom('event')
      .select(['sellerId', 'type'])
      .where(
        'subject',
        'in',
        orders.map((order) => `order:${order.id}`),
      )
      .orderBy('id')
      .execute()
    expect(events).toEqual([
      { sellerId: one.sellerId, type: 'order.created' },
      { sellerId: other.sellerId, type: 'order.created' },
    ])
  })

  it('is all or nothing', async () => {
    const response = await buy({
      lines: [...lines(), { shopProductId: other.goods[1]!, quantity: 11 }],
      ...{ buyer, deliverTo },
    })
    expect(response.status).toBe(409)
    expect(await response.json()).toMatchObject({ errors: [{ path: 'lines.3.quantity' }] })
    expect(await units()).toEqual([10, 10])
    const orders = database.owner.db.selectFrom('salesOrder').select('id')
    expect(await orders.where('sellerId', '=', one.sellerId).execute()).toEqual([])
  })

  it('answers 404 to goods that nobody sells, and to a checkout that there is not', async () => {
    await database.owner.db
      .updateTable('shop')
      .set({ state: 'suspended' })
      .where('id', '=', other.shopId)
      .execute()
    const response = await buy()
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ errors: [{ path: 'lines.0.shopProductId' }] })
    expect((await read(randomUUID())).status).toBe(404)
    expect((await read('x')).status).toBe(404)
  })

  it('answers 400 to a body that is none', async () => {
    expect((await buy({ lines: [], buyer, deliverTo })).status).toBe(400)
    expect((await buy({ lines: lines(), buyer, deliverTo: { city: 'nowhere' } })).status).toBe(400)
  })

  it('is for keys of the marketplace alone', async () => {
    const seller = await authorised(database.owner.db, one.sellerId, [
      ...ALL_SCOPES,
      'checkouts:write',
    ])
    expect((await buy(undefined, seller)).status).toBe(403)
    const operator = await authorised(database.owner.db, null, ['admin'])
    expect((await buy(undefined, operator)).status).toBe(403)
    expect((await buy(undefined, { Authorization: '' })).status).toBe(401)
  })

  it('has exactly one effect of 20 equal requests at once, and is refused for another', async () => {
    const headers = { 'Idempotency-Key': randomUUID() }
    const answers = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const response = await buy(undefined, headers)
        expect(response.status).toBe(201)
        return response.text()
      }),
    )
    expect(new Set(answers).size).toBe(1)
    expect(await units()).toEqual([9, 9])
    const changed = { lines: lines(2), buyer, deliverTo }
    expect((await buy(changed, headers)).status).toBe(422)
  })

  it('never sells twice what several want of the same shops, in whatever order they name it', async () => {
    const statuses = await Promise.all(
      Array.from({ length: 30 }, async (_, at) => {
        const wanted = at % 2 ? lines() : lines().reverse()
        return (await buy({ lines: wanted, buyer, deliverTo })).status
      }),
    )
    expect(statuses.filter((status) => status === 201)).toHaveLength(10)
    expect(statuses.filter((status) => status === 409)).toHaveLength(20)
    expect(await units()).toEqual([0, 0])
  })
})
