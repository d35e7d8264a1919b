import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buyer, deliverTo, stockedShop, type StockedShop } from '../orders/shop-goods.ts'
import { createShop } from '../support/marketplace.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres.ts'
import { authorised, testApp } from './app.ts'

let database: TestDatabase
let app: ReturnType<typeof testApp>['app']
let shop: StockedShop
let auth: { Authorization: string }
let theirs: { Authorization: string }

beforeAll(async () => {
  database = await freshDatabase()
  const { owner, seller, storefront } = database
  ;({ app } = testApp({ seller: seller.db, storefront: storefront.db }))
  shop = await stockedShop(owner.db)
  auth = await authorised(owner.db, shop.sellerId)
  theirs = await authorised(owner.db, (await createShop(owner.db)).sellerId)
  await owner.db.deleteFrom('warehouseDispatch').execute()
})
afterAll(() => database.drop())

const call = (method: string, path: string, body?: object, headers = auth) =>
  app.request(path, {
    method,
    headers: { ...headers, ...(body && { 'Content-Type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  })
const dispatchOf = ({ warehouseId }: { warehouseId: string }) =>
  `/v1/warehouses/${warehouseId}/dispatch`
const parcels = [{ weightG: 900, lengthMm: 200, widthMm: 150, heightMm: 100 }]
const told = {
  address: 'пр-д Энергетиков, 12, стр. 4',
  contact: { name: 'Олег Синицын', phone: '+79995550101' },
}
const usual = { cutoff: '15:00', workingDays: [1, 2, 3, 4, 5], handlingMinutes: 0 }

describe('a warehouse of which nobody has said how carriers find it', () => {
  it('is listed without, and its dispatch is 404', async () => {
    const { items } = (await (await call('GET', '/v1/warehouses')).json()) as { items: object[] }
    const { warehouseId: id } = shop
    expect(items).toEqual([{ id, externalId: 'main', name: 'Склад', city: 'msk' }])
    expect((await call('GET', dispatchOf(shop))).status).toBe(404)
  })

  it('sends nothing, and nothing is asked for: 409 with the fields that are missing', async () => {
    const placed = await call('POST', '/v1/orders', {
      lines: [{ shopProductId: shop.goods[0], quantity: 1 }],
      ...{ buyer, deliverTo },
    })
    const { id: orderId } = (await placed.json()) as { id: string }
    await call('POST', `/v1/orders/${orderId}/status`, { state: 'confirmed' })
    const { shopId, warehouseId } = shop
    for (const response of [
      await call('POST', `/v1/orders/${orderId}/delivery`, { parcels }),
      await call('POST', '/v1/delivery-quotes', { orderId, parcels }),
      await call('POST', '/v1/delivery-quotes', { shopId, city: 'msk', parcels }),
    ]) {
      expect(response.status).toBe(409)
      expect(await response.json()).toMatchObject({
        ...{ warehouseId, errors: [{ path: 'address' }, { path: 'contact' }] },
        detail: expect.stringContaining('PUT /v1/warehouses/{id}/dispatch'),
      })
    }
  })
})

describe('the dispatch of a warehouse', () => {
  it('is put and shown, with what is usual where it is not told', async () => {
    const response = await call('PUT', dispatchOf(shop), told)
    expect([response.status, await response.json()]).toEqual([200, { ...told, ...usual }])
    const more = {
      ...{ ...told, postalCode: '121059', location: { lat: 55.7421, lon: 37.5518 } },
      ...{ cutoff: '13:30', workingDays: [1, 6], handlingMinutes: 90 },
    }
    expect(await (await call('PUT', dispatchOf(shop), more)).json()).toEqual(more)
    expect(await (await call('GET', dispatchOf(shop))).json()).toEqual(more)
    await call('PUT', dispatchOf(shop), told)
    expect(await (await call('GET', dispatchOf(shop))).json()).toEqual({ ...told, ...usual })
  })

  it('leaves an entry without the address and the person', async () => {
    await call('PUT', dispatchOf(shop), told)
    const entry = await database.owner.db
      .selectFrom('auditEntry')
      .select('data')
      .where('subject', '=', `warehouse:${shop.warehouseId}`)
      .executeTakeFirstOrThrow()
    expect(entry.data).toEqual(usual)
  })

  it.each([
    ['no address', { contact: told.contact }],
    ['no telephone', { ...told, contact: { name: 'Олег' } }],
    ['a telephone that nobody can call', { ...told, contact: { name: 'Олег', phone: '8-800' } }],
    ['no such time', { ...told, cutoff: '25:00' }],
    ['no day at all', { ...told, workingDays: [] }],
    ['a day twice', { ...told, workingDays: [1, 1] }],
    ['half a place', { ...told, location: { lat: 55.7 } }],
  ])('is 400 with %s', async (_, body) => {
    expect((await call('PUT', dispatchOf(shop), body)).status).toBe(400)
  })

  it('is 404 for another seller’s warehouse, and for none', async () => {
    expect((await call('PUT', dispatchOf(shop), told, theirs)).status).toBe(404)
    expect((await call('GET', dispatchOf(shop), undefined, theirs)).status).toBe(404)
    expect((await call('PUT', '/v1/warehouses/no-id/dispatch', told)).status).toBe(404)
  })
})
