import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Order } from '../../api/orders/order-view.ts'
import { buyer, deliverTo, stockedShop, unitsOf, type StockedShop } from '../orders/shop-goods.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres.ts'
import { authorised, testApp } from './app.ts'

let database: TestDatabase
let api: ReturnType<typeof testApp>
let shop: StockedShop
let auth: { Authorization: string }
let stranger: StockedShop
let theirs: { Authorization: string }

beforeAll(async () => {
  database = await freshDatabase()
  stranger = await stockedShop(database.owner.db)
  theirs = await authorised(database.owner.db, stranger.sellerId)
})
beforeEach(async () => {
  shop = await stockedShop(database.owner.db)
  auth = await authorised(database.owner.db, shop.sellerId)
  api = testApp({ seller: database.seller.db, storefront: database.storefront.db })
})
afterAll(() => database.drop())

const request = (method: string, path: string, body?: unknown, headers: object = {}) =>
  api.app.request(path, {
    method,
    headers: { ...auth, ...(body ? { 'Content-Type': 'application/json' } : {}), ...headers },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
const wanting = (lines: object[], more: object = {}) => ({ lines, buyer, deliverTo, ...more })
const line = (at: number, quantity = 1, more: object = {}) => ({
  shopProductId: shop.goods[at]!,
  quantity,
  ...more,
})
async function place(body: object = wanting([line(0, 2)])): Promise<Order> {
  const response = await request('POST', '/v1/orders', body)
  expect(response.status).toBe(201)
  return (await response.json()) as Order
}
const move = (id: string, state: string, more: object = {}, headers: object = {}) =>
  request('POST', `/v1/orders/${id}/status`, { state, ...more }, headers)
const problemOf = async (response: Response) =>
  (await response.json()) as { type: string; errors?: { path: string; message: string }[] }
const units = (at: number) => unitsOf(database.owner.db, shop.goods[at]!)
const recorded = async (table: 'event' | 'auditEntry', subject: string) =>
  database.owner.db
    .selectFrom(table)
    .selectAll()
    .where('subject', '=', subject)
    .orderBy('id')
    .execute()

describe('placing an order', () => {
  it('answers 201 with fixed prices, takes the units, and records event and audit entry', async () => {
    const response = await request('POST', '/v1/orders', wanting([line(0, 2), line(1)]))
    expect(response.status).toBe(201)
    const order = (await response.json()) as Order
    expect(response.headers.get('Location')).toBe(`/v1/orders/${order.id}`)
    expect(order).toMatchObject({
      state: 'new',
      workflowId: `order:${order.id}`,
      ...{ sellerId: shop.sellerId, shopId: shop.shopId, buyer, deliverTo },
      lines: [
        { shopProductId: shop.goods[0], externalId: 'sku-1', quantity: 2 },
        { shopProductId: shop.goods[1], externalId: 'sku-2', quantity: 1 },
      ],
      total: { amount: 3_000, currency: 'RUB' },
    })
    expect(order.lines.map(({ price }) => price.amount)).toEqual([1_000, 1_000])
    expect([await units(0), await units(1), await units(2)]).toEqual([8, 9, 10])
    expect(api.workflows.started).toEqual([
      { type: 'fulfilOrder', workflowId: `order:${order.id}` },
    ])

    const [event, ...others] = await recorded('event', `order:${order.id}`)
    expect(others).toEqual([])
    expect(event).toMatchObject({
      ...{ type: 'order.created', sellerId: shop.sellerId },
      data: {
        ...{ orderId: order.id, number: order.number, shopId: shop.shopId, state: 'new' },
        total: { amount: 3_000, currency: 'RUB' },
      },
    })
    expect(await recorded('auditEntry', `order:${order.id}`)).toMatchObject([
      { actor: expect.stringMatching(/^key:/), action: 'order.created', sellerId: shop.sellerId },
    ])
  })

  it('keeps its prices when the shop asks for another one', async () => {
    const { id } = await place()
    await database.owner.db
      .updateTable('shopProduct')
      .set({ priceMinor: 5_000 })
      .where('shopId', '=', shop.shopId)
      .execute()
    const order = (await (await request('GET', `/v1/orders/${id}`)).json()) as Order
    expect(order.total.amount).toBe(2_000)
  })

  it('notes the change of stock for search and cache', async () => {
    const { version } = await changeOf(0)
    await place()
    expect(Number((await changeOf(0)).version)).toBe(Number(version) + 1)
  })
  const changeOf = (at: number) =>
    database.owner.db
      .selectFrom('change')
      .select('version')
      .where('shopProductId', '=', shop.goods[at]!)
      .executeTakeFirstOrThrow()

  it('waits for the relay when Temporal is away', async () => {
    api.workflows.onStart = () => Promise.reject(new Error('away'))
    const { id } = await place()
    expect(await recorded('event', `order:${id}`)).toHaveLength(1)
    expect(api.logged).toMatchObject([{ level: 'warn', message: 'the order waits for the relay' }])
  })

  it.each([
    [{ lines: [] }, 'lines'],
    [{ extra: 1 }, 'extra'],
    [{ buyer: { name: 'А', phone: 'no' } }, 'buyer.phone'],
    [{ buyer: { name: 'А\r\nBcc: b', phone: '+79001234567' } }, 'buyer.name'],
    [{ deliverTo: { city: 'nowhere' } }, 'deliverTo.city'],
    [{ deliverTo: { city: 'msk', address: 'a', pickupPointId: 'b' } }, 'deliverTo'],
    [{ lines: [{ shopProductId: 'x', quantity: 1 }] }, 'lines.0.shopProductId'],
    [{ lines: [{ shopProductId: '1', quantity: 0 }] }, 'lines.0.quantity'],
    [{ lines: [{ shopProductId: '1', quantity: 1.5 }] }, 'lines.0.quantity'],
    [{ lines: [1, 1].map((quantity) => ({ shopProductId: '1', quantity })) }, 'lines'],
  ])('answers 400 to %j, naming %s', async (wrong, path) => {
    const response = await request('POST', '/v1/orders', { ...wanting([line(0)]), ...wrong })
    expect(response.status).toBe(400)
    expect((await problemOf(response)).errors?.map((error) => error.path)).toEqual([path])
  })

  it('answers 404 to goods of another seller, as to such that do not exist', async () => {
    for (const shopProductId of [stranger.goods[0], '999999999999']) {
      const body = wanting([line(0), { shopProductId, quantity: 1 }])
      const response = await request('POST', '/v1/orders', body)
      expect(response.status).toBe(404)
      expect((await problemOf(response)).errors).toMatchObject([{ path: 'lines.1.shopProductId' }])
    }
    expect(await units(0)).toBe(10)
    expect(await unitsOf(database.owner.db, stranger.goods[0]!)).toBe(10)
  })

  it('answers 409 when there is not enough in the city, and takes nothing', async () => {
    const response = await request('POST', '/v1/orders', wanting([line(0), line(1, 11)]))
    expect(response.status).toBe(409)
    const problem = await problemOf(response)
    expect(problem.type).toBe('/problems/out-of-stock')
    expect(problem.errors).toEqual([{ path: 'lines.1.quantity', message: 'в городе есть 10' }])
    expect([await units(0), await units(1)]).toEqual([10, 10])

    const elsewhere = wanting([line(0)], { deliverTo: { city: 'spb' } })
    expect((await request('POST', '/v1/orders', elsewhere)).status).toBe(409)
  })

  it('answers 409 to what is off sale, and to a price that is not the one shown', async () => {
    const offSale = database.owner.db.updateTable('shopProduct').where('id', '=', shop.goods[0]!)
    await offSale.set({ available: false }).execute()
    expect((await request('POST', '/v1/orders', wanting([line(0)]))).status).toBe(409)

    const price = { amount: 999, currency: 'RUB' }
    const response = await request('POST', '/v1/orders', wanting([line(1, 1, { price })]))
    expect(response.status).toBe(409)
    expect((await problemOf(response)).type).toBe('/problems/price-changed')
    await place(wanting([line(1, 1, { price: { amount: 1_000, currency: 'RUB' } })]))
  })

  it('answers 422 to goods of another shop than the one named', async () => {
    const response = await request('POST', '/v1/orders', wanting([line(0)], { shopId: '1' }))
    expect(response.status).toBe(422)
    expect((await problemOf(response)).type).toBe('/problems/order-refused')
  })

  it('answers 401 without a key, and 403 without the scope', async () => {
    const reader = await authorised(database.owner.db, shop.sellerId, ['orders:read'])
    const body = wanting([line(0)])
    expect((await request('POST', '/v1/orders', body, reader)).status).toBe(403)
    expect((await request('POST', '/v1/orders', body, { Authorization: '' })).status).toBe(401)
  })
})

describe('an idempotency key of an order', () => {
  const key = () => ({ 'Idempotency-Key': randomUUID() })

  it('gives the first answer again, also when the order has gone on, and keeps nobody’s data', async () => {
    const headers = key()
    const body = wanting([line(0, 2)])
    const first = (await (await request('POST', '/v1/orders', body, headers)).json()) as Order
    await move(first.id, 'confirmed')
    const again = await request('POST', '/v1/orders', body, headers)
    expect(again.status).toBe(201)
    expect(await again.json()).toEqual(first)
    expect(await units(0)).toBe(8)

    const other = await request('POST', '/v1/orders', wanting([line(0, 3)]), headers)
    expect(other.status).toBe(422)
    const kept = await database.owner.db
      .selectFrom('idempotencyKey')
      .select('body')
      .where('key', '=', headers['Idempotency-Key'])
      .executeTakeFirstOrThrow()
    expect(JSON.stringify(kept.body)).not.toMatch(/Анна|900|anna|Лесная/)
  })

  it('has exactly one effect of 50 equal requests at once, for each of 10 keys', async () => {
    const keys = Array.from({ length: 10 }, key)
    const [shopProductId] = shop.goods
    await database.owner.db
      .updateTable('stock')
      .set({ units: 1_000 })
      .where('shopProductId', '=', shopProductId!)
      .execute()
    const answers = await Promise.all(
      keys.flatMap((headers) =>
        Array.from({ length: 50 }, async () => {
          const response = await request('POST', '/v1/orders', wanting([line(0)]), headers)
          return {
            key: headers['Idempotency-Key'],
            status: response.status,
            text: await response.text(),
          }
        }),
      ),
    )
    expect(answers.filter(({ status }) => status !== 201 && status !== 409)).toEqual([])
    for (const mine of Map.groupBy(answers, (answer) => answer.key).values()) {
      const placed = mine.filter(({ status }) => status === 201).map(({ text }) => text)
      expect(new Set(placed).size).toBe(1)
    }
    const orders = await database.owner.db
      .selectFrom('salesOrder')
      .select('id')
      .where('shopId', '=', shop.shopId)
      .execute()
    expect(orders).toHaveLength(10)
    expect(await units(0)).toBe(990)
  })

  it('is free again after a refusal', async () => {
    const headers = key()
    const body = wanting([line(0, 11)])
    expect((await request('POST', '/v1/orders', body, headers)).status).toBe(409)
    await database.owner.db.updateTable('stock').set({ units: 11 }).execute()
    expect((await request('POST', '/v1/orders', body, headers)).status).toBe(201)
  })
})

describe('the last units', () => {
  it('go to exactly as many of 50 orders at once as there are', async () => {
    const statuses = await Promise.all(
      Array.from(
        { length: 50 },
        async () => (await request('POST', '/v1/orders', wanting([line(0)]))).status,
      ),
    )
    expect(statuses.filter((status) => status === 201)).toHaveLength(10)
    expect(statuses.filter((status) => status === 409)).toHaveLength(40)
    expect(await units(0)).toBe(0)
  })

  it('are never sold twice nor lost while orders of several goods are placed and cancelled', async () => {
    const buy = async (round: number) => {
      const chosen = [line(round % 3, 2), line((round + 1) % 3, 3)]
      const response = await request('POST', '/v1/orders', wanting(chosen))
      if (response.status !== 201) return expect(response.status).toBe(409)
      const { id } = (await response.json()) as Order
      if (round % 2) expect((await move(id, 'cancelled')).status).toBe(200)
    }
    await Promise.all(Array.from({ length: 40 }, (_, round) => buy(round)))
    const held = await database.owner.db
      .selectFrom('stockReservation')
      .select(['shopProductId', 'units'])
      .where('sellerId', '=', shop.sellerId)
      .where('state', '=', 'held')
      .execute()
    for (const [at, id] of shop.goods.entries()) {
      const taken = held.filter(({ shopProductId }) => shopProductId === id)
      const sum = taken.reduce((total, row) => total + row.units, 0)
      expect((await units(at)) + sum).toBe(10)
    }
    expect(held.length).toBeGreaterThan(0)
  })
})

describe('the way of an order', () => {
  it('goes step by step to the buyer, each step with its event and audit entry', async () => {
    const { id, number } = await place()
    const states = ['confirmed', 'assembling', 'shipped', 'delivered']
    for (const state of states) {
      const response = await move(id, state)
      expect(response.status).toBe(200)
      expect(await response.json()).toMatchObject({ id, state })
    }
    const steps = states.map((state, at) => ({ state, previousState: ['new', ...states][at] }))
    const events = (await recorded('event', `order:${id}`)).slice(1)
    expect(events.map(({ type }) => type)).toEqual(steps.map(() => 'order.status_changed'))
    expect(events.map(({ data }) => data)).toEqual(
      steps.map((step) => ({ orderId: id, number, shopId: shop.shopId, ...step })),
    )
    const history = await (await request('GET', `/v1/orders/${id}/history`)).json()
    expect((history as { items: object[] }).items).toMatchObject([
      { action: 'order.created', state: 'new' },
      ...steps.map((step) => ({ action: 'order.status_changed', ...step })),
    ])
    expect(await units(0)).toBe(8)
  })

  it('answers 409 to a step that its state does not permit, and says what is possible', async () => {
    const { id } = await place()
    const response = await move(id, 'shipped')
    expect(response.status).toBe(409)
    expect(JSON.stringify(await response.json())).toContain('confirmed, cancelled')
    expect(await recorded('event', `order:${id}`)).toHaveLength(1)
  })

  it('does nothing a second time', async () => {
    const { id } = await place()
    expect((await move(id, 'confirmed')).status).toBe(200)
    expect((await move(id, 'confirmed')).status).toBe(200)
    expect(await recorded('event', `order:${id}`)).toHaveLength(2)
  })

  it('takes one of many steps at once', async () => {
    const { id } = await place()
    const statuses = await Promise.all(
      Array.from(
        { length: 20 },
        async (_, at) => (await move(id, at % 2 ? 'cancelled' : 'confirmed')).status,
      ),
    )
    expect(statuses.every((status) => status === 200 || status === 409)).toBe(true)
    const events = await recorded('event', `order:${id}`)
    const cancelled = events.filter(({ data }) => (data as Order).state === 'cancelled')
    expect(cancelled.length).toBeLessThanOrEqual(1)
    expect(events.length).toBeLessThanOrEqual(3)
    expect(await units(0)).toBe(cancelled.length ? 10 : 8)
  })

  it('gives the first answer again for an idempotency key', async () => {
    const { id } = await place()
    const headers = { 'Idempotency-Key': randomUUID() }
    const first = await (await move(id, 'confirmed', {}, headers)).json()
    await move(id, 'assembling')
    expect(await (await move(id, 'confirmed', {}, headers)).json()).toEqual(first)
    expect((await move(id, 'shipped', {}, headers)).status).toBe(422)
  })

  it('puts its units back when it is cancelled, with the reason', async () => {
    const { id } = await place()
    await move(id, 'confirmed')
    const response = await move(id, 'cancelled', { reason: 'buyer-changed-mind' })
    expect(await response.json()).toMatchObject({ cancelReason: 'buyer-changed-mind' })
    expect(await units(0)).toBe(10)
    expect((await move(id, 'confirmed')).status).toBe(409)
  })

  it('answers 400 to states that are none, and to reasons of what is no cancellation', async () => {
    const { id } = await place()
    for (const body of [
      { state: 'new' },
      { state: 'lost' },
      { state: 'confirmed', reason: 'other' },
    ])
      expect((await request('POST', `/v1/orders/${id}/status`, body)).status).toBe(400)
  })
})

describe('the orders of a seller', () => {
  it('are listed the newest first, by state and time, a page at a time', async () => {
    const placed = [await place(), await place(), await place()]
    const ids = placed.map(({ id }) => id).reverse()
    type Listed = { items: Order[]; nextCursor: string | null }
    const list = async (query: string) =>
      (await (await request('GET', `/v1/orders?${query}`)).json()) as Listed
    const first = await list('limit=2')
    const second = await list(`limit=2&cursor=${first.nextCursor}`)
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(ids)
    expect(second.nextCursor).toBeNull()

    await move(ids[1]!, 'confirmed')
    expect((await list('state=confirmed')).items.map(({ id }) => id)).toEqual([ids[1]])
    const { createdAt } = placed[1]!
    expect((await list(`from=${createdAt}`)).items).toHaveLength(2)
    expect((await list(`to=${createdAt}`)).items).toHaveLength(1)
    expect((await list('shopId=1')).items).toEqual([])
  })

  it('are nobody else’s', async () => {
    const { id } = await place()
    const paths = [`/v1/orders/${id}`, `/v1/orders/${id}/history`, '/v1/orders/x', '/v1/orders/0']
    for (const path of paths)
      expect((await request('GET', path, undefined, theirs)).status).toBe(404)
    const theirList = (await (await request('GET', '/v1/orders', undefined, theirs)).json()) as {
      items: Order[]
    }
    expect(theirList.items.map((order) => order.id)).not.toContain(id)
    expect((await move(id, 'confirmed', {}, theirs)).status).toBe(404)
    const back = await request('POST', `/v1/orders/${id}/returns`, { reason: 'other' }, theirs)
    expect(back.status).toBe(404)
  })
})
