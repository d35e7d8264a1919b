import { afterAll, describe, expect, it } from 'vitest'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { cacheWithoutMemory } from '../support/page-cache.ts'
import { connectElasticsearch } from '../../clients/elasticsearch/connect.ts'
import { connectRedis } from '../../clients/redis.ts'
import { applyToCache } from '../../activities/storefront/apply-to-cache.ts'
import { createPageCache } from '../../clients/cache/page-cache.ts'
import { connectPostgres } from '../../clients/postgres.ts'
import { createInvalidator } from '../../clients/cache/invalidator.ts'
import { readPendingDocuments } from '../../db/storefront/documents.ts'
import { createShop } from '../support/marketplace.ts'
import { freshDatabase } from '../support/postgres.ts'
import { freshRedis } from '../support/redis.ts'
import { until } from '../support/until.ts'
import { createCategory, createGood, settle } from './goods.ts'
import { storefrontApp } from './storefront-app.ts'

const database = await freshDatabase()
const server = await freshRedis()
const redis = connectRedis({ url: server.url, commandTimeoutMs: 5_000, patient: true })
const nowhere = connectElasticsearch({ url: 'http://127.0.0.1:1' })
const cache = cacheWithoutMemory(redis)
const { get } = storefrontApp({ storefront: database.storefront.db, cache, search: nowhere })
afterAll(async () => {
  redis.disconnect()
  await Promise.all([nowhere.close(), server.close(), database.drop()])
})

const owner = database.owner.db
const shop = await createShop(owner)
const { slug } = await owner
  .selectFrom('shop')
  .select('slug')
  .where('id', '=', shop.shopId)
  .executeTakeFirstOrThrow()
const home = await createCategory(owner, 'Дом')
const kettles = await createCategory(owner, 'Чайники', home)
const kettle = await createGood(owner, shop, {
  category: kettles,
  name: 'Чайник «Ёлка»',
  brand: 'Polaris',
  vendorCode: '007',
  description: '<p>Кипятит</p>',
  attributes: [{ name: 'Объём', value: '1,7', unit: 'л' }],
  pictures: ['https://pictures.example/1.jpg', 'https://pictures.example/2.jpg'],
  priceMinor: 1_990_00,
  oldPriceMinor: 2_490_00,
  popularity: 9,
  units: 5,
})
for (let i = 0; i < 4; i++) await createGood(owner, shop, { category: kettles })
await settle(database.system.db, 'cache')

const shownKettle = {
  id: kettle.shopProductId,
  name: 'Чайник «Ёлка»',
  brand: 'Polaris',
  category: { id: kettles.id, name: 'Чайники' },
  shop: { id: shop.shopId, name: 'Лавка' },
  price: { amount: 1_990_00, currency: 'RUB' },
  oldPrice: { amount: 2_490_00, currency: 'RUB' },
  picture: 'https://pictures.example/1.jpg',
  available: true,
  stock: 5,
}

it('GET /cities lists them in their order', async () => {
  const { status, body } = await get('/cities')
  expect(status).toBe(200)
  expect(body.items.map(({ id }: { id: string }) => id)).toEqual(['msk', 'spb'])
  expect(body).toMatchObject({
    items: [{ name: 'Москва', nameEn: 'Moscow' }, {}],
    nextCursor: null,
  })
})

it('GET /categories shows the tree', async () => {
  const { status, body } = await get('/categories')
  expect(status).toBe(200)
  expect(body.items).toEqual([
    { id: home.id, name: 'Дом', children: [{ id: kettles.id, name: 'Чайники', children: [] }] },
  ])
})

describe('GET /listings', () => {
  it('shows shop products, page after page', async () => {
    const first = await get(`/listings?category=${home.id}&limit=3`)
    expect(first.status).toBe(200)
    expect(first.headers.get('Content-Type')).toBe('application/json; charset=utf-8')
    expect(first.body.items).toHaveLength(3)
    expect(first.body.items[0]).toMatchObject(shownKettle)
    const second = await get(
      `/listings?category=${home.id}&limit=3&cursor=${first.body.nextCursor}`,
    )
    expect(second.body.items).toHaveLength(2)
    expect(second.body.nextCursor).toBeNull()
  })

  it('of a city shows what is in stock there', async () => {
    expect((await get('/listings?city=msk')).body.items).toEqual([
      expect.objectContaining(shownKettle),
    ])
    expect((await get('/listings?city=spb')).body).toEqual({ items: [], nextCursor: null })
  })

  it('knows a shop by its slug and by its id, as one listing', async () => {
    const bySlug = await get(`/listings?shop=${slug}&sort=new`)
    const byId = await get(`/listings?shop=${shop.shopId}&sort=new`)
    expect(bySlug.headers.get('Cache-Status')).toBe('yarmarka; fwd=miss; stored')
    expect(byId.headers.get('Cache-Status')).toBe('yarmarka; hit; detail=redis')
    expect(byId.body).toEqual(bySlug.body)
  })

  it('says whether it came from the cache, and is invalidated exactly', async () => {
    const path = `/listings?city=msk&category=${kettles.id}`
    const status = async () => (await get(path)).headers.get('Cache-Status')
    expect(await status()).toBe('yarmarka; fwd=miss; stored')
    expect(await status()).toBe('yarmarka; hit; detail=redis')

    await owner
      .updateTable('shopProduct')
      .set({ priceMinor: 1_490_00 })
      .where('id', '=', kettle.shopProductId)
      .execute()
    const system = database.system.db
    const pending = await readPendingDocuments(system, 'cache', 10)
    await applyToCache({ system, invalidator: createInvalidator(redis) }, pending)
    const { body, headers } = await get(path)
    expect(headers.get('Cache-Status')).toBe('yarmarka; fwd=miss; stored')
    expect(body.items[0].price.amount).toBe(1_490_00)

    await owner
      .updateTable('shopProduct')
      .set({ priceMinor: 1_990_00 })
      .where('id', '=', kettle.shopProductId)
      .execute()
    await settle(database.system.db, 'cache')
    await redis.flushdb()
  })

  it('is compressed as the caller likes it', async () => {
    const plain = await get('/listings')
    expect(plain.headers.get('Vary')).toBe('Accept-Encoding')
    const bytes = async (encoding: string) => {
      const { response } = await get('/listings', { 'Accept-Encoding': encoding })
      expect(response.headers.get('Content-Encoding')).toBe(encoding)
      return Buffer.from(await response.arrayBuffer())
    }
    expect(JSON.parse(gunzipSync(await bytes('gzip')).toString())).toEqual(plain.body)
    expect(JSON.parse(brotliDecompressSync(await bytes('br')).toString())).toEqual(plain.body)
  })

  it('answers 304 to who has it already, whatever encoding it came in', async () => {
    const { headers } = await get('/listings', { 'Accept-Encoding': 'gzip' })
    const tag = headers.get('ETag')!
    expect(tag).toMatch(/^"[\w-]+-gzip"$/)
    for (const known of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
      const { response, status } = await get('/listings', { 'If-None-Match': known })
      expect([status, await response.text()]).toEqual([304, ''])
      expect(response.headers.get('ETag')).toBe(tag.replace('-gzip', ''))
      expect(response.headers.get('Vary')).toBe('Accept-Encoding')
    }
    expect((await get('/listings', { 'If-None-Match': '"other"' })).status).toBe(200)
  })

  it.each([
    ['city=nowhere', 'city'],
    ['city=%00', 'city'],
    ['city=msk&city=spb', 'city'],
    ['shop=nobody', 'shop'],
    ['shop=99999999999999999999', 'shop'],
    ['category=999999', 'category'],
    ['category=kettles', 'category'],
    ['sort=random', 'sort'],
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['limit=ten', 'limit'],
    ['colour=red', 'colour'],
    ['cursor=made-up', 'cursor'],
    ['cursor=', 'cursor'],
  ])('answers 400 to «%s», naming it', async (query, parameter) => {
    const { status, headers, body } = await get(`/listings?${query}`)
    expect(status).toBe(400)
    expect(headers.get('Content-Type')).toContain('application/problem+json')
    expect(body.errors.map(({ path }: { path: string }) => path)).toEqual([parameter])
  })

  it('answers 400 to a cursor of another sort or another listing', async () => {
    const { body } = await get('/listings?sort=price-asc&limit=1')
    const on = `cursor=${body.nextCursor}&limit=1`
    expect((await get(`/listings?sort=price-asc&${on}`)).status).toBe(200)
    expect((await get(`/listings?sort=price-desc&${on}`)).status).toBe(400)
    expect((await get(`/listings?sort=price-asc&category=${home.id}&${on}`)).status).toBe(400)
  })

  it('answers an address that was right from memory, and PostgreSQL away changes nothing', async () => {
    const subscriber = connectRedis({ url: server.url, commandTimeoutMs: 5_000, patient: true })
    const url = database.env['POSTGRES_STOREFRONT_URL']!
    const own = connectPostgres({ url, applicationName: 'test' })
    const process = storefrontApp({
      storefront: own.db,
      search: nowhere,
      cache: createPageCache({
        ...{ redis, subscriber, maxBytes: 1024 ** 2, staleOnErrorMs: () => 60_000 },
      }),
    })
    const path = '/listings?city=msk&sort=new&limit=3'
    const isInMemory = async () =>
      (await process.get(path)).headers.get('Cache-Status') === 'yarmarka; hit; detail=memory'
    await until(isInMemory)
    await own.close()
    const { status, headers, body } = await process.get(path)
    expect([status, headers.get('Cache-Status')]).toEqual([200, 'yarmarka; hit; detail=memory'])
    expect(body.items).toEqual([expect.objectContaining(shownKettle)])
    const known = await process.get(path, { 'If-None-Match': headers.get('ETag')! })
    expect(known.status).toBe(304)
    expect((await process.get(`${path}&colour=red`)).status).toBe(400)
    subscriber.disconnect()
  })

  it('goes on without Redis', async () => {
    const away = connectRedis({ url: 'redis://127.0.0.1:1', commandTimeoutMs: 50 })
    const alone = storefrontApp({
      storefront: database.storefront.db,
      cache: cacheWithoutMemory(away),
      search: nowhere,
    })
    const { status, headers, body } = await alone.get('/listings?city=msk')
    expect([status, headers.get('Cache-Status')]).toEqual([200, 'yarmarka; fwd=miss'])
    expect(body.items).toEqual([expect.objectContaining(shownKettle)])
    away.disconnect()
  })
})

describe('GET /shop-products/{id}', () => {
  it('shows all about one', async () => {
    const { status, body } = await get(`/shop-products/${kettle.shopProductId}?city=msk`)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      ...shownKettle,
      vendorCode: '007',
      description: '<p>Кипятит</p>',
      attributes: [{ name: 'Объём', value: '1,7', unit: 'л' }],
      pictures: ['https://pictures.example/1.jpg', 'https://pictures.example/2.jpg'],
      categoryPath: [
        { id: home.id, name: 'Дом' },
        { id: kettles.id, name: 'Чайники' },
      ],
      delivery: null,
    })
  })

  it('shows the published goods of the same group, and of no other shop', async () => {
    const variant = (name: string, active = true, of = shop) =>
      createGood(owner, of, { category: kettles, groupId: 'g1', name, active })
    const red = await variant('Чайник красный')
    const blue = await variant('Чайник синий')
    await variant('Чайник снятый', false)
    await variant('Чужой чайник', true, await createShop(owner))
    const { body } = await get(`/shop-products/${red.shopProductId}`)
    expect(body.variants).toMatchObject([
      { id: blue.shopProductId, name: 'Чайник синий', price: { currency: 'RUB' } },
    ])
    expect((await get(`/shop-products/${kettle.shopProductId}`)).body.variants).toEqual([])
    await settle(database.system.db, 'cache')
  })

  it('counts the units of the city', async () => {
    const stock = async (query: string) =>
      (await get(`/shop-products/${kettle.shopProductId}${query}`)).body.stock
    expect(await stock('?city=spb')).toBe(0)
    expect(await stock('')).toBe(5)
  })

  it.each(['0', 'kettle', '99999999999999999999', '%00'])('answers 404 to «%s»', async (id) => {
    expect((await get(`/shop-products/${id}`)).status).toBe(404)
  })

  it('answers 404 when it is not published', async () => {
    const hidden = await createGood(owner, shop, { category: kettles, active: false })
    expect((await get(`/shop-products/${hidden.shopProductId}`)).status).toBe(404)
    await settle(database.system.db, 'cache')
  })

  it('answers 400 to an unknown city', async () => {
    const { status, body } = await get(`/shop-products/${kettle.shopProductId}?city=nowhere`)
    expect([status, body.errors[0].path]).toEqual([400, 'city'])
  })
})

it('GET /search answers 503 with Retry-After while Elasticsearch is away', async () => {
  const { status, headers, body } = await get('/search?q=чайник')
  expect([status, body.type]).toEqual([503, '/problems/unavailable'])
  expect(Number(headers.get('Retry-After'))).toBeGreaterThan(0)
})
