import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Order, Return } from '../../api/orders/order-view.ts'
import { buyer, deliverTo, stockedShop, type StockedShop } from '../orders/shop-goods.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres.ts'
import { authorised, testApp } from './app.ts'

let database: TestDatabase
let api: ReturnType<typeof testApp>
let shop: StockedShop
let auth: { Authorization: string }
let order: Order

beforeAll(async () => {
  database = await freshDatabase()
  shop = await stockedShop(database.owner.db, { units: 1_000 })
  auth = await authorised(database.owner.db, shop.sellerId)
  api = testApp({ seller: database.seller.db, storefront: database.storefront.db })
})
beforeEach(async () => {
  const lines = [
    { shopProductId: shop.goods[0], quantity: 3 },
    { shopProductId: shop.goods[1], quantity: 1 },
  ]
  const response = await request('POST', '/v1/orders', { lines, buyer, deliverTo })
  order = (await response.json()) as Order
})
afterAll(() => database.drop())

const request = (method: string, path: string, body?: unknown, headers: object = {}) =>
  api.app.request(path, {
    method,
    headers: { ...auth, ...(body ? { 'Content-Type': 'application/json' } : {}), ...headers },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
const ship = async () => {
  for (const state of ['confirmed', 'assembling', 'shipped'])
    await request('POST', `/v1/orders/${order.id}/status`, { state })
}
const open = (body: object = { reason: 'defective' }, headers: object = {}) =>
  request('POST', `/v1/orders/${order.id}/returns`, body, headers)
const move = (id: string, state: string, headers: object = {}) =>
  request('POST', `/v1/returns/${id}/status`, { state }, headers)
const opened = async (body?: object) => (await (await open(body)).json()) as Return
const returnEvents = async () =>
  (
    await database.owner.db
      .selectFrom('event')
      .select(['type', 'data'])
      .where('subject', '=', `order:${order.id}`)
      .orderBy('id')
      .execute()
  ).filter(({ type }) => type.startsWith('return.'))

describe('a return', () => {
  it('is made of all that was ordered, at its prices, with event and audit entry', async () => {
    await ship()
    const response = await open()
    expect(response.status).toBe(201)
    const made = (await response.json()) as Return
    expect(response.headers.get('Location')).toBe(`/v1/returns/${made.id}`)
    expect(made).toMatchObject({
      ...{ orderId: order.id, shopId: shop.shopId, state: 'requested', reason: 'defective' },
      lines: [{ quantity: 3 }, { quantity: 1 }],
      total: order.total,
    })
    expect(await returnEvents()).toEqual([
      {
        type: 'return.created',
        data: { returnId: made.id, orderId: order.id, shopId: shop.shopId, state: 'requested' },
      },
    ])
    expect(await (await request('GET', `/v1/returns/${made.id}`)).json()).toEqual(made)
  })

  it('goes step by step to the refund, each step with its event and audit entry', async () => {
    await ship()
    const { id } = await opened()
    const states = ['approved', 'in-transit', 'received', 'refunded']
    for (const state of states)
      expect(await (await move(id, state)).json()).toMatchObject({ id, state })
    const steps = states.map((state, at) => ({
      ...{ returnId: id, orderId: order.id, shopId: shop.shopId, state },
      previousState: ['requested', ...states][at],
    }))
    expect((await returnEvents()).slice(1)).toEqual(
      steps.map((data) => ({ type: 'return.status_changed', data })),
    )
    const audit = await database.owner.db
      .selectFrom('auditEntry')
      .select('action')
      .where('subject', '=', `return:${id}`)
      .execute()
    expect(audit).toHaveLength(5)
    expect((await move(id, 'rejected')).status).toBe(409)
  })

  it('answers 409 before anything was shipped, and when all is coming back', async () => {
    expect((await open()).status).toBe(409)
    await ship()
    expect((await open()).status).toBe(201)
    expect((await open()).status).toBe(409)
  })

  it('answers 422 to more than is left, until what comes back is rejected', async () => {
    await ship()
    const lines = [{ shopProductId: shop.goods[0], quantity: 2 }]
    const { id } = await opened({ reason: 'changed-mind', lines })
    const more = await open({ reason: 'changed-mind', lines })
    expect(more.status).toBe(422)
    expect(await more.json()).toMatchObject({
      errors: [{ path: 'lines.0.quantity', message: 'можно вернуть 1' }],
    })
    const foreign = [{ shopProductId: shop.goods[2], quantity: 1 }]
    expect((await open({ reason: 'other', lines: foreign })).status).toBe(422)
    await move(id, 'rejected')
    expect((await open({ reason: 'changed-mind', lines })).status).toBe(201)
  })

  it('never brings back more than was ordered, of 20 at once', async () => {
    await ship()
    const lines = [{ shopProductId: shop.goods[0], quantity: 1 }]
    const statuses = await Promise.all(
      Array.from({ length: 20 }, async () => (await open({ reason: 'other', lines })).status),
    )
    expect(statuses.filter((status) => status === 201)).toHaveLength(3)
    expect(statuses.filter((status) => status === 422)).toHaveLength(17)
  })

  it('gives the first answer again for an idempotency key', async () => {
    await ship()
    const headers = { 'Idempotency-Key': randomUUID() }
    const first = (await (await open({ reason: 'other' }, headers)).json()) as Return
    expect(await (await open({ reason: 'other' }, headers)).json()).toEqual(first)
    expect((await open({ reason: 'defective' }, headers)).status).toBe(422)

    const step = { 'Idempotency-Key': randomUUID() }
    const approved = await (await move(first.id, 'approved', step)).json()
    await move(first.id, 'in-transit')
    expect(await (await move(first.id, 'approved', step)).json()).toEqual(approved)
    expect(await returnEvents()).toHaveLength(3)
  })

  it('answers 400 to what is no state, no reason or no line', async () => {
    await ship()
    const { id } = await opened()
    expect((await move(id, 'requested')).status).toBe(400)
    expect((await open({ reason: 'bored' })).status).toBe(400)
    expect((await open({ reason: 'other', lines: [] })).status).toBe(400)
  })

  it('is listed by order and state, and is nobody else’s', async () => {
    await ship()
    const { id } = await opened()
    type Listed = { items: Return[] }
    const list = async (query: string, headers?: object) =>
      ((await (await request('GET', `/v1/returns?${query}`, undefined, headers)).json()) as Listed)
        .items
    expect((await list(`orderId=${order.id}`)).map((one) => one.id)).toEqual([id])
    expect(await list(`orderId=${order.id}&state=approved`)).toEqual([])
    expect(await list('orderId=x')).toEqual([])

    const stranger = await stockedShop(database.owner.db)
    const theirs = await authorised(database.owner.db, stranger.sellerId)
    expect((await request('GET', `/v1/returns/${id}`, undefined, theirs)).status).toBe(404)
    expect((await move(id, 'approved', theirs)).status).toBe(404)
    expect(await list('', theirs)).toEqual([])
  })

  it('answers 403 without the scope', async () => {
    const blind = await authorised(database.owner.db, shop.sellerId, ['catalog:read'])
    expect((await request('GET', '/v1/returns', undefined, blind)).status).toBe(403)
    expect((await move('1', 'approved', blind)).status).toBe(403)
  })
})
