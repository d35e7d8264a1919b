import { WorkflowUpdateFailedError } from '@temporalio/client'
import { ApplicationFailure, WorkflowNotFoundError } from '@temporalio/common'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createApp } from '../../api/app.ts'
import type { Delivery } from '../../api/deliveries/delivery-view.ts'
import { moveOrder } from '../../db/orders/move-order.ts'
import { placeOrder } from '../../db/orders/place-order.ts'
import { asSeller } from '../../db/tenancy.ts'
import { buyer, deliverTo, stockedShop, type StockedShop } from '../orders/shop-goods.ts'
import { aPoint, keepPoint } from '../support/pickup-points.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres.ts'
import { authorised, testApp } from './app.ts'

let database: TestDatabase
let api: ReturnType<typeof testApp>
let shop: StockedShop
let auth: { Authorization: string }
let theirs: { Authorization: string }

beforeAll(async () => {
  database = await freshDatabase()
  shop = await stockedShop(database.owner.db, { units: 1_000 })
  auth = await authorised(database.owner.db, shop.sellerId)
  for (const point of [
    aPoint('MSK65'),
    aPoint('MSK66'),
    aPoint('LOCKER', { kind: 'locker', limits: { maxWeightG: 500 }, lat: 55.7658 }),
    aPoint('CLOSED', { state: 'closed', lat: 55.7858 }),
    aPoint('NEAR', { lat: 55.7857 }),
  ])
    await keepPoint(database.owner.db, point)
  const elsewhere = aPoint('SPB1', { lat: 59.9386, lon: 30.3141 })
  await keepPoint(database.owner.db, elsewhere, 'spb')
  const stranger = await stockedShop(database.owner.db)
  theirs = await authorised(database.owner.db, stranger.sellerId)
})
beforeEach(() => {
  api = testApp({ seller: database.seller.db, storefront: database.storefront.db })
})
afterAll(() => database.drop())

const parcels = [{ weightG: 900, lengthMm: 200, widthMm: 150, heightMm: 100 }]
const by = { actor: 'system', traceParent: null } as const
const anOrder = ({
  isConfirmed = true,
  pickupPointId,
}: { isConfirmed?: boolean; pickupPointId?: string } = {}) =>
  asSeller(database.seller.db, shop.sellerId, async (trx) => {
    const { sellerId, shopId, goods } = shop
    const { id } = await placeOrder(trx, {
      ...{ sellerId, shopId, checkoutId: null, buyer, ...by },
      deliverTo: pickupPointId ? { city: 'msk', pickupPointId } : deliverTo,
      lines: [{ shopProductId: goods[0]!, quantity: 1 }],
    })
    if (isConfirmed) await moveOrder(trx, id, { to: 'confirmed', ...by })
    return id
  })
const request = (method: string, path: string, body?: unknown, headers: object = {}) =>
  api.app.request(path, {
    method,
    headers: { ...auth, ...(body ? { 'Content-Type': 'application/json' } : {}), ...headers },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
const start = (orderId: string, body: unknown = { parcels }, headers: object = {}) =>
  request('POST', `/v1/orders/${orderId}/delivery`, body, headers)
const started = async (orderId: string, body?: unknown): Promise<Delivery> => {
  const response = await start(orderId, body)
  expect(response.status).toBe(202)
  return (await response.json()) as Delivery
}
/** The delivery's workflow answers an update like that. */
const answers = (error?: Error) => {
  const asked: unknown[] = []
  Object.assign(api.workflows, {
    getHandle: (workflowId: string) => ({
      startUpdate: async ({ name }: { name: string }, options: { args?: unknown[] }) => {
        asked.push({ workflowId, name, args: options.args ?? [] })
        if (error) throw error
      },
    }),
  })
  return asked
}
const refusal = (type: string) =>
  new WorkflowUpdateFailedError('refused', ApplicationFailure.nonRetryable('refused', type))

const WRONG_POINTS: [string, object, 'code' | 'kind'][] = [
  ['none', { carrier: 'cdek', code: 'NONE', kind: 'pvz' }, 'code'],
  ['Uber’s, who has none', { carrier: 'uber', code: 'MSK65', kind: 'pvz' }, 'code'],
  ['of another carrier', { carrier: 'dpd', code: 'MSK65', kind: 'pvz' }, 'code'],
  ['of the other kind', { carrier: 'cdek', code: 'MSK65', kind: 'locker' }, 'kind'],
  ['in another city', { carrier: 'cdek', code: 'SPB1', kind: 'pvz' }, 'code'],
]

describe('starting a delivery', () => {
  it('answers 202 with its address, and starts its workflow', async () => {
    const orderId = await anOrder()
    const response = await start(orderId)
    expect(response.status).toBe(202)
    const delivery = (await response.json()) as Delivery
    expect(response.headers.get('Location')).toBe(`/v1/deliveries/${delivery.id}`)
    expect(delivery).toMatchObject({
      ...{ orderId, phase: 'planning', late: false, failovers: 0 },
      workflowId: `delivery:${delivery.id}`,
      trackUrl: expect.stringMatching(/\/track\/[\w-]{43}$/),
    })
    expect(api.workflows.started).toEqual([
      { type: 'deliverOrder', workflowId: `delivery:${delivery.id}` },
    ])
    const shown = await request('GET', `/v1/deliveries/${delivery.id}`)
    expect([shown.status, await shown.json()]).toEqual([200, delivery])
  })

  it('links to the buyer’s page where buyers reach it, whatever the request came by', async () => {
    Object.assign(api.deps, { publicUrl: 'https://yarmarka.example/' })
    api = { ...api, app: createApp(api.deps) }
    const { trackUrl } = await started(await anOrder())
    expect(trackUrl).toMatch(/^https:\/\/yarmarka\.example\/track\/[\w-]{43}$/)
  })

  it('leaves the event by which the relay starts it', async () => {
    const { id, orderId } = await started(await anOrder())
    const event = await database.owner.db
      .selectFrom('event')
      .select('data')
      .where('subject', '=', `order:${orderId}`)
      .where('type', '=', 'delivery.requested')
      .executeTakeFirstOrThrow()
    expect(event.data).toMatchObject({ deliveryId: id, orderId })
  })

  it('is 409 with the address of the first when there is one, also for two at once', async () => {
    const orderId = await anOrder()
    const responses = await Promise.all([start(orderId), start(orderId)])
    const [first, second] = responses.toSorted((a, b) => a.status - b.status)
    expect([first!.status, second!.status]).toEqual([202, 409])
    const { id } = (await first!.json()) as Delivery
    expect(second!.headers.get('Location')).toBe(`/v1/deliveries/${id}`)
    expect(await second!.json()).toMatchObject({ deliveryId: id })
  })

  it('gives the same answer to the same key', async () => {
    const orderId = await anOrder()
    const key = { 'Idempotency-Key': randomUUID() }
    const [first, again] = [
      await start(orderId, undefined, key),
      await start(orderId, undefined, key),
    ]
    expect([first.status, again.status]).toEqual([202, 202])
    expect(await again.json()).toMatchObject({ id: ((await first.json()) as Delivery).id })
  })

  it('takes the point that the order was placed with', async () => {
    const { id } = await started(await anOrder({ pickupPointId: 'cdek:MSK65' }))
    const row = await database.owner.db
      .selectFrom('shipment')
      .select(['pointCarrier', 'pointCode'])
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    expect(row).toEqual({ pointCarrier: 'cdek', pointCode: 'MSK65' })
  })

  it.each(WRONG_POINTS)('is 400 with a point that is %s', async (_, point, path) => {
    const response = await start(await anOrder(), { parcels, point })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ errors: [{ path: `point.${path}` }] })
  })

  it('is 409 with a point that takes nothing now, and names the nearest that does', async () => {
    const closed = { carrier: 'cdek', code: 'CLOSED', kind: 'pvz' }
    for (const response of [
      await start(await anOrder(), { parcels, point: closed }),
      await start(await anOrder({ pickupPointId: 'cdek:CLOSED' })),
    ]) {
      expect(response.status).toBe(409)
      expect(await response.json()).toMatchObject({
        nearest: { carrier: 'cdek', code: 'NEAR', kind: 'pvz', distanceM: 11 },
      })
    }
  })

  it('is 409 for an order that nobody has confirmed', async () => {
    expect((await start(await anOrder({ isConfirmed: false }))).status).toBe(409)
  })

  it.each([
    ['zero weight', { ...parcels[0], weightG: 0 }],
    ['an absurd weight', { ...parcels[0], weightG: 5_000_000 }],
    ['no height', { weightG: 900, lengthMm: 200, widthMm: 150 }],
    ['a negative side', { ...parcels[0], lengthMm: -1 }],
    ['an absurd side', { ...parcels[0], lengthMm: 99_999 }],
    ['parts of a gram', { ...parcels[0], weightG: 0.5 }],
  ])('is 400 for %s', async (_, parcel) => {
    expect((await start(await anOrder(), { parcels: [parcel] })).status).toBe(400)
  })

  it('is 400 when nobody says what the goods weigh', async () => {
    await database.owner.db
      .updateTable('product')
      .set({ weightGrams: null })
      .where('sellerId', '=', shop.sellerId)
      .execute()
    const response = await start(await anOrder(), {})
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ errors: [{ path: 'parcels' }] })
  })

  it('is 404 for an order of another seller, or none', async () => {
    const orderId = await anOrder()
    expect((await start(orderId, undefined, theirs)).status).toBe(404)
    expect((await start('999999999')).status).toBe(404)
    expect((await start('no-id')).status).toBe(404)
  })
})

describe('a delivery', () => {
  it('is 404 for another seller', async () => {
    const { id } = await started(await anOrder())
    expect((await request('GET', `/v1/deliveries/${id}`, undefined, theirs)).status).toBe(404)
    expect((await request('GET', '/v1/deliveries/1')).status).toBe(404)
    answers()
    expect((await request('POST', `/v1/deliveries/${id}/cancel`, undefined, theirs)).status).toBe(
      404,
    )
  })

  it('is cancelled by its workflow', async () => {
    const { id } = await started(await anOrder())
    const asked = answers()
    expect((await request('POST', `/v1/deliveries/${id}/cancel`)).status).toBe(202)
    expect(asked).toEqual([{ workflowId: `delivery:${id}`, name: 'cancelDelivery', args: [] }])
  })

  it.each([
    ['its carrier has it', refusal('TooLate')],
    ['another change is being made', refusal('Busy')],
  ])('is 409 to be cancelled when %s', async (_, error) => {
    const { id } = await started(await anOrder())
    answers(error)
    expect((await request('POST', `/v1/deliveries/${id}/cancel`)).status).toBe(409)
  })

  it('is 409 to be cancelled when it is over, 503 while its workflow has not begun', async () => {
    const { id } = await started(await anOrder())
    answers(new WorkflowNotFoundError('gone', 'delivery', undefined))
    const early = await request('POST', `/v1/deliveries/${id}/cancel`)
    expect([early.status, early.headers.get('Retry-After')]).toEqual([503, '2'])
    await database.owner.db
      .updateTable('shipment')
      .set({ phase: 'delivered' })
      .where('id', '=', id)
      .execute()
    expect((await request('POST', `/v1/deliveries/${id}/cancel`)).status).toBe(409)
  })

  it('is 503 to be cancelled while no worker answers', async () => {
    const { id } = await started(await anOrder())
    answers(new Error('deadline'))
    expect((await request('POST', `/v1/deliveries/${id}/cancel`)).status).toBe(503)
  })

  it('goes to another point when it is asked to', async () => {
    const { id } = await started(await anOrder())
    const asked = answers()
    const point = { carrier: 'cdek', code: 'MSK66', kind: 'pvz' }
    expect((await request('PUT', `/v1/deliveries/${id}/pickup-point`, point)).status).toBe(202)
    expect(asked).toEqual([
      { workflowId: `delivery:${id}`, name: 'changePickupPoint', args: [point] },
    ])
    const wrong = { ...point, code: 'no such code, with spaces' }
    expect((await request('PUT', `/v1/deliveries/${id}/pickup-point`, wrong)).status).toBe(400)
  })

  it.each(WRONG_POINTS)('is left as it is, 400, for a point that is %s', async (_, point, path) => {
    const { id } = await started(await anOrder())
    const asked = answers()
    const response = await request('PUT', `/v1/deliveries/${id}/pickup-point`, point)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ errors: [{ path }] })
    expect(asked).toEqual([])
  })

  it.each([
    ['closed', { carrier: 'cdek', code: 'CLOSED', kind: 'pvz' }, 'NEAR'],
    ['too small', { carrier: 'cdek', code: 'LOCKER', kind: 'locker' }, 'MSK65'],
  ])('is left as it is, 409, for a point that is %s', async (_, point, nearest) => {
    const { id } = await started(await anOrder())
    const asked = answers()
    const response = await request('PUT', `/v1/deliveries/${id}/pickup-point`, point)
    expect(response.status).toBe(409)
    expect(await response.json()).toMatchObject({ nearest: { code: nearest } })
    expect(asked).toEqual([])
  })
})
