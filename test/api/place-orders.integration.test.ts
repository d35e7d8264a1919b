import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Order } from '../../api/orders/order-view.ts'
import { buyer, deliverTo, unitsOf } from '../orders/shop-goods.ts'
import { authorised } from './app.ts'
import { orderScene, wanting } from './order-scene.ts'

const scene = orderScene()
const { line, move, place, recorded, request, units } = scene
const problemOf = async (response: Response) =>
  (await response.json()) as { type: string; errors?: { path: string; message: string }[] }

describe('placing an order', () => {
  it('answers 201 with fixed prices, takes the units, and records event and audit entry', async () => {
    const response = await request('POST', '/v1/orders', wanting([line(0, 2), line(1)]))
    expect(response.status).toBe(201)
    const order = (await response.json()) as Order
    expect(response.headers.get('Location')).toBe(`/v1/orders/${order.id}`)
    expect(order).toMatchObject({
      state: 'new',
      workflowId: `order:${order.id}`,
      ...{ sellerId: scene.shop.sellerId, shopId: scene.shop.shopId, buyer, deliverTo },
      lines: [
        { shopProductId: scene.shop.goods[0], externalId: 'sku-1', quantity: 2 },
        { shopProductId: scene.shop.goods[1], externalId: 'sku-2', quantity: 1 },
      ],
      total: { amount: 3_000, currency: 'RUB' },
    })
    expect(order.lines.map(({ price }) => price.amount)).toEqual([1_000, 1_000])
    expect([await units(0), await units(1), await units(2)]).toEqual([8, 9, 10])
    expect(scene.api.workflows.started).toEqual([
      { type: 'fulfilOrder', workflowId: `order:${order.id}` },
    ])

    const [event, ...others] = await recorded('event', `order:${order.id}`)
    expect(others).toEqual([])
    expect(event).toMatchObject({
      ...{ type: 'order.created', sellerId: scene.shop.sellerId },
      data: {
        ...{ orderId: order.id, number: order.number, shopId: scene.shop.shopId, state: 'new' },
        total: { amount: 3_000, currency: 'RUB' },
      },
    })
    expect(await recorded('auditEntry', `order:${order.id}`)).toMatchObject([
      {
        actor: expect.stringMatching(/^key:/),
        action: 'order.created',
        sellerId: scene.shop.sellerId,
      },
    ])
  })

  it('keeps its prices when the shop asks for another one', async () => {
    const { id } = await place()
    await scene.database.owner.db
      .updateTable('shopProduct')
      .set({ priceMinor: 5_000 })
      .where('shopId', '=', scene.shop.shopId)
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
    scene.database.owner.db
      .selectFrom('change')
      .select('version')
      .where('shopProductId', '=', scene.shop.goods[at]!)
      .executeTakeFirstOrThrow()

  it('waits for the relay when Temporal is away', async () => {
    scene.api.workflows.onStart = () => Promise.reject(new Error('away'))
    const { id } = await place()
    expect(await recorded('event', `order:${id}`)).toHaveLength(1)
    expect(scene.api.logged).toMatchObject([
      { level: 'warn', message: 'the order waits for the relay' },
    ])
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
    for (const shopProductId of [scene.stranger.goods[0], '999999999999']) {
      const body = wanting([line(0), { shopProductId, quantity: 1 }])
      const response = await request('POST', '/v1/orders', body)
      expect(response.status).toBe(404)
      expect((await problemOf(response)).errors).toMatchObject([{ path: 'lines.1.shopProductId' }])
    }
    expect(await units(0)).toBe(10)
    expect(await unitsOf(scene.database.owner.db, scene.stranger.goods[0]!)).toBe(10)
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
    const offSale = scene.database.owner.db
      .updateTable('shopProduct')
      .where('id', '=', scene.shop.goods[0]!)
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
    const reader = await authorised(scene.database.owner.db, scene.shop.sellerId, ['orders:read'])
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
    const kept = await scene.database.owner.db
      .selectFrom('idempotencyKey')
      .select('body')
      .where('key', '=', headers['Idempotency-Key'])
      .executeTakeFirstOrThrow()
    expect(JSON.stringify(kept.body)).not.toMatch(/Анна|900|anna|Лесная/)
  })

  it('has exactly one effect of 50 equal requests at once, for each of 10 keys', async () => {
    const keys = Array.from({ length: 10 }, key)
    const [shopProductId] = scene.shop.goods
    await scene.database.owner.db
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
    const orders = await scene.database.owner.db
      .selectFrom('salesOrder')
      .select('id')
      .where('shopId', '=', scene.shop.shopId)
      .execute()
    expect(orders).toHaveLength(10)
    expect(await units(0)).toBe(990)
  })

  it('is free again after a refusal', async () => {
    const headers = key()
    const body = wanting([line(0, 11)])
    expect((await request('POST', '/v1/orders', body, headers)).status).toBe(409)
    await scene.database.owner.db.updateTable('stock').set({ units: 11 }).execute()
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
    const held = await scene.database.owner.db
      .selectFrom('stockReservation')
      .select(['shopProductId', 'units'])
      .where('sellerId', '=', scene.shop.sellerId)
      .where('state', '=', 'held')
      .execute()
    for (const [at, id] of scene.shop.goods.entries()) {
      const taken = held.filter(({ shopProductId }) => shopProductId === id)
      const sum = taken.reduce((total, row) => total + row.units, 0)
      expect((await units(at)) + sum).toBe(10)
    }
    expect(held.length).toBeGreaterThan(0)
  })
})
