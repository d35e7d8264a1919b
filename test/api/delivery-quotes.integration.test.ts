import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { QuoteDeliveryInput, QuoteDeliveryResult } from '../../contracts/logistics.ts'
import { DEFAULT_WEIGHTS } from '../../domain/logistics/weights.ts'
import { buyer, deliverTo, stockedShop, type StockedShop } from '../orders/shop-goods.ts'
import { createDelivery } from '../support/deliveries.ts'
import { aPoint, keepPoint } from '../support/pickup-points.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres.ts'
import { authorised, testApp } from './app.ts'

let database: TestDatabase
let api: ReturnType<typeof testApp>
let shop: StockedShop
let auth: { Authorization: string }
let theirs: { Authorization: string }
let orderId: string

beforeAll(async () => {
  database = await freshDatabase()
  shop = await stockedShop(database.owner.db, { units: 100 })
  auth = await authorised(database.owner.db, shop.sellerId)
  theirs = await authorised(database.owner.db, (await stockedShop(database.owner.db)).sellerId)
  await database.owner.db
    .updateTable('product')
    .set({ weightGrams: 900, lengthMm: 200, widthMm: 150, heightMm: 100 })
    .where('sellerId', '=', shop.sellerId)
    .execute()
  api = testApp({ seller: database.seller.db, storefront: database.storefront.db })
  const placed = await request('POST', '/v1/orders', {
    lines: [{ shopProductId: shop.goods[0], quantity: 2 }],
    ...{ buyer, deliverTo },
  })
  orderId = ((await placed.json()) as { id: string }).id
})
beforeEach(() => {
  api = testApp({ seller: database.seller.db, storefront: database.storefront.db })
})
afterAll(() => database.drop())

const parcels = [{ weightG: 900, lengthMm: 200, widthMm: 150, heightMm: 100 }]
const request = (method: string, path: string, body?: object, headers: object = auth) =>
  api.app.request(path, {
    method,
    headers: { ...headers, ...(body && { 'Content-Type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  })
const ask = (body: object, headers?: object) =>
  request('POST', '/v1/delivery-quotes', body, headers)
const askedOf = () => api.workflows.executed[0]?.args[0] as QuoteDeliveryInput
const why = { price: 1, time: 1, reliability: 0.1, failure: 0.1, score: 2.2 }
const quoted: QuoteDeliveryResult = {
  ranked: [
    {
      ...{ carrier: 'dpd', service: 'PCL', serviceName: 'Parcel', mode: 'door-door' },
      price: { amount: 39_900, currency: 'RUB' },
      promise: { earliest: '2026-11-28T06:00:00.000Z', latest: '2026-11-30T18:00:00.000Z' },
      why: { ...why, p90Hours: 72, onTime: 0.9 },
    },
  ],
  leftOut: [{ carrier: 'uber', why: 'refused', code: 'unknown_location' }],
  explained: { ru: 'DPD дешевле', en: 'DPD is cheaper' },
}

describe('POST /v1/delivery-quotes', () => {
  it('is 200 with the carriers, the best first, and why', async () => {
    api.workflows.quotes = quoted
    const response = await ask({ orderId }, { ...auth, 'Accept-Language': 'en' })
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      items: [{ rank: 1, ...quoted.ranked[0] }],
      leftOut: quoted.leftOut,
      explained: 'DPD is cheaper',
    })
  })

  it('asks for an order as its goods are measured, without whom it is for', async () => {
    expect((await ask({ orderId })).status).toBe(200)
    expect(askedOf()).toEqual({
      ...{ sellerId: shop.sellerId, orderId, warehouseId: shop.warehouseId, cityId: 'msk' },
      parcels: [{ weightG: 1_800, lengthMm: 200, widthMm: 150, heightMm: 200 }],
      declared: { amount: expect.any(Number), currency: 'RUB' },
    })
    expect(JSON.stringify(askedOf())).not.toContain(buyer.phone)
    expect(JSON.stringify(askedOf())).not.toContain(deliverTo.address)
  })

  it('asks for parcels before there is an order', async () => {
    const point = { carrier: 'cdek', code: 'MSK65', kind: 'pvz' }
    await keepPoint(database.owner.db, aPoint('MSK65'))
    const { shopId } = shop
    expect((await ask({ shopId, city: 'msk', parcels, point })).status).toBe(200)
    expect(askedOf()).toMatchObject({ cityId: 'msk', parcels, point, declared: { amount: 0 } })
    const locker = { ...point, kind: 'locker' }
    expect((await ask({ shopId, city: 'msk', parcels, point: locker })).status).toBe(400)
    expect((await ask({ shopId, city: 'spb', parcels, point })).status).toBe(400)
    expect((await ask({ orderId, point: { ...point, code: 'NONE' } })).status).toBe(400)
  })

  it('is 400 without an order or a way, and for a city that is none', async () => {
    const missing = await ask({ shopId: shop.shopId })
    expect(missing.status).toBe(400)
    expect(await missing.json()).toMatchObject({ errors: [{ path: 'city' }, { path: 'parcels' }] })
    expect((await ask({ shopId: shop.shopId, city: 'atlantis', parcels })).status).toBe(400)
    expect((await ask({ orderId, parcels: [{ ...parcels[0], weightG: 0 }] })).status).toBe(400)
  })

  it('is 404 for another seller’s order and shop', async () => {
    expect((await ask({ orderId }, theirs)).status).toBe(404)
    expect((await ask({ shopId: shop.shopId, city: 'msk', parcels }, theirs)).status).toBe(404)
    expect((await ask({ orderId: 'x' })).status).toBe(404)
  })

  it('is 503 while nobody answers', async () => {
    Object.assign(api.workflows, { execute: () => Promise.reject(new Error('deadline')) })
    const response = await ask({ orderId })
    expect(response.status).toBe(503)
    expect(response.headers.get('Retry-After')).toBe('2')
  })
})

describe('GET /v1/deliveries/{id}/choices', () => {
  const candidate = (carrier: 'cdek' | 'dpd', rank: number, priceMinor: number) => ({
    ...{ carrier, service: '136', serviceName: 'Посылка', mode: 'door-door', priceMinor, rank },
    ...{ currency: 'RUB', accountId: 'not-to-be-shown', reliability: {} },
    promised: { earliest: '2026-11-28T06:00:00.000Z', latest: '2026-11-30T18:00:00.000Z' },
    why: { ...why, score: rank, price: rank, p90Hours: 72, onTime: 0.9, expectedFailureMinor: 1 },
  })

  it('is 200 with each list as it was frozen', async () => {
    const { shipmentId } = await createDelivery(database.owner.db, shop)
    await database.owner.db
      .insertInto('deliveryQuote')
      .values({
        ...{ shipmentId, sellerId: shop.sellerId, round: 1, chooserVersion: '1', inputs: '{}' },
        ranked: JSON.stringify([candidate('cdek', 1, 45_000), candidate('dpd', 2, 52_000)]),
        leftOut: JSON.stringify([{ carrier: 'uber', why: 'refused' }]),
        weights: JSON.stringify(DEFAULT_WEIGHTS),
      })
      .execute()
    const response = await request('GET', `/v1/deliveries/${shipmentId}/choices`)
    expect(response.status).toBe(200)
    const text = await response.text()
    expect(text).not.toContain('not-to-be-shown')
    expect(JSON.parse(text)).toMatchObject({
      items: [
        {
          ...{ round: 1, leftOut: [{ carrier: 'uber', why: 'refused' }] },
          items: [
            { rank: 1, carrier: 'cdek', price: { amount: 45_000 } },
            { rank: 2, carrier: 'dpd' },
          ],
          explained: expect.stringContaining('Выбран перед DPD'),
        },
      ],
    })
  })

  it('is 200 without a list before carriers were asked, and 404 for another seller', async () => {
    const { shipmentId } = await createDelivery(database.owner.db, shop)
    const path = `/v1/deliveries/${shipmentId}/choices`
    expect(await (await request('GET', path)).json()).toEqual({ items: [], nextCursor: null })
    expect((await request('GET', path, undefined, theirs)).status).toBe(404)
  })
})
