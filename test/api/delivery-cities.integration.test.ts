import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { listSellersDeliveringTo } from '../../db/storefront/delivery-cities.ts'
import { createShop } from '../support/marketplace.ts'
import { freshDatabase } from '../support/postgres.ts'
import { authorised, testApp } from './app.ts'

const database = await freshDatabase()
afterAll(() => database.drop())
const { owner, seller, storefront } = database
const { app } = testApp({ seller: seller.db, storefront: storefront.db })
const shop = await createShop(owner.db)
const other = await createShop(owner.db)
await owner.db
  .insertInto('city')
  .values(
    ['kzn', 'ekb'].map((id, at) => ({
      ...{ id, name: id, nameEn: id, timeZone: 'Europe/Moscow', position: 3 + at },
    })),
  )
  .execute()
const auth = await authorised(owner.db, shop.sellerId)
const theirs = await authorised(owner.db, other.sellerId)
beforeEach(() => owner.db.deleteFrom('deliveryCity').execute())

const get = (headers = auth) => app.request('/v1/delivery-cities', { headers })
const put = (body: object, headers = auth) =>
  app.request('/v1/delivery-cities', {
    method: 'PUT',
    headers: { ...headers, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
const citiesOf = async (response: Response | Promise<Response>) =>
  ((await (await response).json()) as { cities: string[] }).cities

describe('the cities that a seller delivers to', () => {
  it('are none at first but those that its warehouses serve', async () => {
    const response = await get()
    expect([response.status, await response.json()]).toEqual([
      200,
      { cities: [], servedByWarehouses: ['msk'] },
    ])
  })

  it('are put as a whole, and shown in the order of all cities', async () => {
    const response = await put({ cities: ['ekb', 'spb'] })
    expect([response.status, await response.json()]).toEqual([
      200,
      { cities: ['spb', 'ekb'], servedByWarehouses: ['msk'] },
    ])
    expect(await citiesOf(put({ cities: ['kzn', 'ekb'] }))).toEqual(['kzn', 'ekb'])
    expect(await citiesOf(get())).toEqual(['kzn', 'ekb'])
    expect(await citiesOf(put({ cities: [] }))).toEqual([])
  })

  it('are what search asks for', async () => {
    await put({ cities: ['kzn'] })
    expect(await listSellersDeliveringTo(storefront.db, 'kzn')).toEqual([shop.sellerId])
    await put({ cities: ['ekb'] })
    expect(await listSellersDeliveringTo(storefront.db, 'kzn')).toEqual([])
    expect(await listSellersDeliveringTo(storefront.db, 'msk')).toEqual([
      shop.sellerId,
      other.sellerId,
    ])
  })

  it('are each seller’s own', async () => {
    await put({ cities: ['kzn'] })
    await put({ cities: ['spb'] }, theirs)
    expect(await citiesOf(get())).toEqual(['kzn'])
    expect(await citiesOf(put({ cities: [] }, theirs))).toEqual([])
    expect(await citiesOf(get())).toEqual(['kzn'])
  })

  it('are one list or the other when two are put at once', async () => {
    const lists = [['kzn', 'spb'], ['ekb'], ['spb', 'ekb'], ['kzn']]
    for (let round = 0; round < 5; round++) {
      const answers = await Promise.all(lists.map(async (cities) => put({ cities })))
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
      expect(lists.map((cities) => cities.toSorted())).toContainEqual(
        (await citiesOf(get())).toSorted(),
      )
    }
  })

  it('leave an entry of what came and what went', async () => {
    await put({ cities: ['kzn', 'spb'] })
    await put({ cities: ['kzn', 'ekb'] })
    const { data } = await owner.db
      .selectFrom('auditEntry')
      .select('data')
      .where('action', '=', 'delivery-cities.changed')
      .where('subject', '=', `seller:${shop.sellerId}`)
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow()
    expect(data).toEqual({ added: ['ekb'], removed: ['spb'] })
  })

  it.each([
    ['no such city', { cities: ['spb', 'atlantis'] }, ['cities.1']],
    ['a city twice', { cities: ['spb', 'kzn', 'spb'] }, ['cities.2']],
    ['what is no id', { cities: ['spb', "'; drop table city"] }, ['cities.1']],
    ['too many', { cities: Array.from({ length: 2_001 }, (_, at) => `c${at}`) }, ['cities']],
    ['no list', {}, ['cities']],
    ['an unknown field', { cities: [], sellerId: '1' }, ['sellerId']],
  ])('are refused for %s, which is named, and stay as they were', async (_, body, paths) => {
    await put({ cities: ['kzn'] })
    const response = await put(body)
    expect(response.status).toBe(400)
    const { errors } = (await response.json()) as { errors: { path: string }[] }
    expect(errors.map(({ path }) => path)).toEqual(paths)
    expect(await citiesOf(get())).toEqual(['kzn'])
  })

  it('want a key (401) with the scope (403)', async () => {
    const reader = await authorised(owner.db, shop.sellerId, ['deliveries:read'])
    expect((await app.request('/v1/delivery-cities')).status).toBe(401)
    expect((await put({ cities: [] }, reader)).status).toBe(403)
    expect((await get(await authorised(owner.db, shop.sellerId, ['orders:read']))).status).toBe(403)
  })
})
