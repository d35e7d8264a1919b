import { afterAll, describe, expect, it } from 'vitest'
import { createShop } from '../support/marketplace.ts'
import { until } from '../support/until.ts'
import { freshSearch } from './fresh-search.ts'
import { createCategory, createGood, type Good } from './goods.ts'
import { storefrontApp } from './storefront-app.ts'

const fresh = await freshSearch()
afterAll(() => fresh.close())
const { database, server, deps } = fresh

const noted: { q: string; city?: string | undefined; total: number }[] = []
const { get } = storefrontApp({
  ...deps,
  searchLog: { note: ({ q, city, total }) => noted.push({ q, city, total }) },
})

const owner = database.owner.db
const shop = await createShop(owner)
const north = await createShop(owner)
await owner
  .updateTable('warehouseCity')
  .set({ cityId: 'spb' })
  .where('warehouseId', '=', north.warehouseId)
  .execute()
await owner.insertInto('deliveryCity').values({ sellerId: shop.sellerId, cityId: 'spb' }).execute()
const electronics = await createCategory(owner, 'Электроника')
const headphones = await createCategory(owner, 'Наушники', electronics)
const phones = await createCategory(owner, 'Смартфоны', electronics)
const toys = await createCategory(owner, 'Ёлочные игрушки')

const colour = (value: string) => ({ name: 'Цвет', value })
const goods: Record<string, Good> = {
  'Наушники Sony WH-1000XM5': {
    category: headphones,
    brand: 'Sony',
    vendorCode: 'WH1000XM5B',
    attributes: [colour('чёрный'), { name: 'Вес', value: '250', unit: 'г' }],
    priceMinor: 35_000_00,
    popularity: 50,
    units: 3,
  },
  'Беспроводные наушники Xiaomi Buds': {
    category: headphones,
    brand: 'Xiaomi',
    attributes: [colour('белый')],
    priceMinor: 3_000_00,
    popularity: 90,
    units: 1,
  },
  'Наушник левый запасной Xiaomi': {
    category: headphones,
    brand: 'Xiaomi',
    attributes: [colour('чёрный')],
    priceMinor: 900_00,
  },
  'Смартфон Samsung Galaxy S21': {
    category: phones,
    brand: 'Samsung',
    model: 'SM-G991B',
    barcodes: ['8806090888922'],
    description: 'В комплекте проводная гарнитура',
    attributes: [colour('чёрный')],
    priceMinor: 45_000_00,
    popularity: 70,
    units: 2,
  },
  'Звезда на ёлку': { category: toys, priceMinor: 400_00, popularity: 1 },
}
const ids = new Map<string, string>()
for (const [name, good] of Object.entries(goods))
  ids.set((await createGood(owner, shop, { name, ...good })).shopProductId, name)
const northern = 'Смартфон Xiaomi Redmi'
ids.set(
  (
    await createGood(owner, north, {
      category: phones,
      name: northern,
      brand: 'Xiaomi',
      attributes: [colour('белый')],
      priceMinor: 15_000_00,
      popularity: 30,
      units: 4,
    })
  ).shopProductId,
  northern,
)
await fresh.project()

const find = async (parameters: Record<string, string | string[]>) => {
  const query = new URLSearchParams(
    Object.entries(parameters).flatMap(([name, values]) =>
      [values].flat().map((value): [string, string] => [name, value]),
    ),
  )
  const { status, body } = await get(`/search?${query}`)
  expect(status).toBe(200)
  return body
}
const namesOf = (body: { items: { id: string }[] }) => body.items.map(({ id }) => ids.get(id))
const search = async (parameters: Record<string, string | string[]>) =>
  namesOf(await find(parameters))
const counts = (facet: { value: string; count: number }[]) =>
  Object.fromEntries(facet.map(({ value, count }) => [value, count]))

describe('what is found', () => {
  it('does not depend on the form of a word, nor on ё', async () => {
    const expected = await search({ q: 'наушники' })
    expect(expected).toHaveLength(3)
    expect(await search({ q: 'наушников' })).toHaveLength(3)
    expect(await search({ q: 'елка' })).toEqual(['Звезда на ёлку'])
    expect(await search({ q: 'ЁЛКЕ' })).toEqual(['Звезда на ёлку'])
  })

  it('as it was typed comes before other forms', async () => {
    expect((await search({ q: 'наушник' }))[0]).toBe('Наушник левый запасной Xiaomi')
    expect((await search({ q: 'наушники' }))[0]).not.toBe('Наушник левый запасной Xiaomi')
  })

  it.each([
    ['an article', 'wh1000xm5b', 'Наушники Sony WH-1000XM5'],
    ['a model in any case', 'sm-g991b', 'Смартфон Samsung Galaxy S21'],
    ['a barcode', '8806090888922', 'Смартфон Samsung Galaxy S21'],
    ['a brand with a category', 'смартфоны xiaomi', northern],
    ['words of the description', 'проводная гарнитура', 'Смартфон Samsung Galaxy S21'],
  ])('by %s is first', async (_, q, name) => {
    expect((await search({ q }))[0]).toBe(name)
  })

  it('without a query is everything, the popular first', async () => {
    const names = await search({})
    expect(names).toHaveLength(6)
    expect(names[0]).toBe('Беспроводные наушники Xiaomi Buds')
  })

  it('is shown as a shop product, with the stock of the city', async () => {
    const { items } = await find({ q: 'redmi', city: 'spb' })
    expect(items).toMatchObject([
      {
        name: northern,
        brand: 'Xiaomi',
        category: { id: phones.id, name: 'Смартфоны' },
        shop: { id: north.shopId, name: 'Лавка' },
        price: { amount: 15_000_00, currency: 'RUB' },
        available: true,
        stock: 4,
      },
    ])
    expect((await find({ q: 'redmi', city: 'msk' })).items).toMatchObject([{ stock: 0 }])
  })

  it.each(['и в на', '🎧🎧', '+-=&&||><!(){}[]^"~*?:\\/', '\u0000\u0001', 'ъыь'.repeat(160)])(
    'by «%s» is sensibly nothing',
    async (q) => {
      expect(await find({ q })).toMatchObject({ items: [], total: 0, nextCursor: null })
    },
  )
})

describe('filters', () => {
  it('by city and stock keep what a warehouse there has', async () => {
    expect(await search({ city: 'spb', inStock: 'true' })).toEqual([northern])
    expect(await search({ inStock: 'true' })).toHaveLength(4)
    expect(await search({ city: 'spb' })).toHaveLength(6)
  })

  it('by category keep what is below it', async () => {
    expect(await search({ category: electronics.id })).toHaveLength(5)
    expect(await search({ category: phones.id })).toHaveLength(2)
  })

  it('by price keep what is within, both ends included', async () => {
    expect(await search({ priceFrom: '300000', priceTo: '1500000', sort: 'price-asc' })).toEqual([
      'Беспроводные наушники Xiaomi Buds',
      northern,
    ])
  })

  it('by values of one facet add up, by several facets narrow down', async () => {
    expect(await search({ brand: ['Sony', 'Samsung'] })).toHaveLength(2)
    expect(await search({ brand: ['Xiaomi', 'Sony'], 'attr.Цвет': 'чёрный' })).toHaveLength(2)
    expect(await search({ 'attr.Вес': '250 г' })).toEqual(['Наушники Sony WH-1000XM5'])
    expect(await search({ 'attr.Вес': '1 т' })).toEqual([])
  })
})

describe('facets', () => {
  it('count under what is chosen in the others', async () => {
    const { facets, total } = await find({ brand: 'Xiaomi', category: headphones.id })
    expect(total).toBe(2)
    expect(counts(facets.brand)).toEqual({ Xiaomi: 2, Sony: 1 })
    expect(counts(facets.category)).toEqual({
      [electronics.id]: 3,
      [headphones.id]: 2,
      [phones.id]: 1,
    })
    expect(facets.more).toEqual({ brand: false, category: false, attributes: false })
    expect(facets.category).toMatchObject([
      { name: 'Электроника', parentId: null, selected: false },
      { name: 'Наушники', parentId: electronics.id, selected: true },
      { name: 'Смартфоны', parentId: electronics.id, selected: false },
    ])
    expect(facets.attributes).toEqual([
      { name: 'Цвет', value: 'белый', count: 1, selected: false },
      { name: 'Цвет', value: 'чёрный', count: 1, selected: false },
    ])
  })

  it('of a chosen attribute show its other values', async () => {
    const { facets } = await find({ 'attr.Цвет': 'белый', brand: 'Xiaomi' })
    expect(facets.attributes).toEqual([
      { name: 'Цвет', value: 'белый', count: 2, selected: true },
      { name: 'Цвет', value: 'чёрный', count: 1, selected: false },
    ])
  })

  it('show the range of prices and how they spread', async () => {
    const { facets } = await find({ q: 'наушники', priceFrom: '100000' })
    expect(facets.price).toMatchObject({ min: 900_00, max: 35_000_00 })
    const { histogram } = facets.price
    expect(histogram[0]).toEqual({ from: 500_00, to: 1_000_00, count: 1 })
    expect(histogram.at(-1)).toEqual({ from: 20_000_00, to: 50_000_00, count: 1 })
  })

  it('are true for the city', async () => {
    const { facets } = await find({ city: 'msk', inStock: 'true' })
    expect(counts(facets.brand)).toEqual({ Sony: 1, Xiaomi: 1, Samsung: 1 })
    expect(facets.inStock).toEqual([{ value: 'true', count: 3, selected: true }])
    const north = await find({ city: 'spb', brand: 'Xiaomi' })
    expect(north.facets.inStock).toEqual([{ value: 'true', count: 1, selected: false }])
    expect(north.total).toBe(3)
  })

  it('tell what can be delivered to the city: from its warehouses, and where sellers say they deliver', async () => {
    const deliverable = async (parameters: Record<string, string>) =>
      (await find(parameters)).facets.deliverable
    expect(await deliverable({ city: 'msk' })).toEqual([
      { value: 'true', count: 5, selected: false },
    ])
    expect(await deliverable({ city: 'spb', deliverable: 'true' })).toEqual([
      { value: 'true', count: 6, selected: true },
    ])
    expect(await deliverable({})).toEqual([])
    expect(await search({ city: 'msk', deliverable: 'true' })).not.toContain(northern)
  })
})

it('counts searches for words, once for all of their pages', async () => {
  noted.length = 0
  const { nextCursor } = await find({ q: 'xiaomi', city: 'msk', limit: '1' })
  await find({ q: 'xiaomi', city: 'msk', limit: '1', cursor: nextCursor })
  await find({ q: '  ' })
  await find({ q: 'самовар' })
  expect(noted).toEqual([
    { q: 'xiaomi', city: 'msk', total: 3 },
    { q: 'самовар', city: undefined, total: 0 },
  ])
})

describe('who searches', () => {
  const callers: (string | undefined)[] = []
  const { app } = storefrontApp({
    ...deps,
    searchLog: { note: ({ caller }) => callers.push(caller) },
    trustedProxies: ['10.0.0.0/8'],
  })
  const callerOf = async (query: string, remoteAddress = '10.0.0.1') => {
    const headers = { 'X-Forwarded-For': '203.0.113.9, 198.51.100.1' }
    const incoming = { socket: { remoteAddress } }
    const response = await app.request(`/v1/search?${query}`, { headers }, { incoming })
    expect(response.status).toBe(200)
    return callers.pop()
  }

  it('is told to the log of searches for words alone, as the gateway says', async () => {
    expect(await callerOf('q=xiaomi')).toBe('198.51.100.1')
    expect(await callerOf('q=xiaomi&city=msk&limit=1&sort=relevance')).toBe('198.51.100.1')
    expect(await callerOf('q=xiaomi', '192.0.2.7')).toBe('192.0.2.7')
  })

  it.each([
    'brand=Xiaomi',
    'priceFrom=1',
    'inStock=true',
    'city=msk&deliverable=true',
    'attr.Цвет=белый',
    'sort=price-asc',
    `category=${headphones.id}`,
  ])('is not, when there is «%s» as well', async (chosen) => {
    expect(await callerOf(`q=xiaomi&${chosen}`)).toBeUndefined()
  })
})

it('tells how far search lags behind', async () => {
  expect((await find({})).lagMs).toBe(0)
  await owner
    .updateTable('shopProduct')
    .set({ popularity: 51 })
    .where('popularity', '=', '50')
    .execute()
  await until(async () => (await find({})).lagMs > 0)
  await fresh.project()
  await until(async () => (await find({})).lagMs === 0)
})

it.each([
  [`q=${'а'.repeat(501)}`, 'q'],
  ['city=nowhere', 'city'],
  ['category=999999', 'category'],
  ['priceFrom=200&priceTo=100', 'priceFrom'],
  ['priceFrom=-1', 'priceFrom'],
  ['priceTo=cheap', 'priceTo'],
  ['inStock=maybe', 'inStock'],
  ['sort=random', 'sort'],
  ['limit=1000', 'limit'],
  ['cursor=made-up', 'cursor'],
  ['from=10000', 'from'],
  ['attr.=red', 'attr.'],
  ['attr.Цвет=', 'attr.Цвет'],
  [Array.from({ length: 101 }, (_, i) => `brand=${i}`).join('&'), 'brand'],
  [Array.from({ length: 21 }, (_, i) => `attr.a${i}=1`).join('&'), 'attr.a20'],
])('answers 400 to «%s», naming it', async (query, parameter) => {
  const { status, body } = await get(`/search?${query}`)
  expect(status).toBe(400)
  expect(body.errors.map(({ path }: { path: string }) => path)).toEqual([parameter])
})

it('answers 503 with Retry-After while there is no index', async () => {
  const early = storefrontApp({
    ...deps,
    index: { alias: `${server.prefix}to-come` },
  })
  const { status, headers } = await early.get('/search?q=чайник')
  expect([status, headers.get('Retry-After')]).toEqual([503, '2'])
})
