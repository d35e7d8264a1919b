import type { Client } from '@elastic/elasticsearch'
import { MockActivityEnvironment } from '@temporalio/testing'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSuggestionsActivities } from '../../activities/storefront/suggestions.ts'
import { suggestionsInMemory } from '../../api/storefront/suggestions-in-memory.ts'
import { suggestionsIndex } from '../../domain/storefront/suggest-index.ts'
import { createShop } from '../support/marketplace.ts'
import { until } from '../support/until.ts'
import { freshSearch } from './fresh-search.ts'
import { createCategory, createGood } from './goods.ts'
import { storefrontApp } from './storefront-app.ts'

const fresh = await freshSearch()
afterAll(() => fresh.close())
const { database, server } = fresh

const owner = database.owner.db
const suggestions = { ...suggestionsIndex, alias: `${server.prefix}suggestions` }
/** As a process that was just started. */
const openApp = () => storefrontApp({ ...fresh.deps, suggestions })
const { get } = openApp()
const activities = createSuggestionsActivities({
  system: database.system.db,
  elasticsearch: server.client,
  suggestions,
})
const rebuild = () => new MockActivityEnvironment().run(() => activities.rebuildSuggestions())

const moscow = await createShop(owner)
const north = await createShop(owner)
await owner
  .updateTable('warehouseCity')
  .set({ cityId: 'spb' })
  .where('warehouseId', '=', north.warehouseId)
  .execute()
const electronics = await createCategory(owner, 'Электроника')
const headphones = await createCategory(owner, 'Наушники', electronics)
const empty = await createCategory(owner, 'Наушники для коня', electronics)
const christmas = await createCategory(owner, 'Ёлки')
const good = (shop: typeof moscow, name: string, rest: object) =>
  createGood(owner, shop, { category: headphones, name, units: 3, ...rest })
await good(moscow, 'Беспроводные наушники Sony', { brand: 'Sony', popularity: 5 })
await good(moscow, 'Наушники Нордвик', { brand: 'Нордвик', popularity: 9 })
await good(north, 'Наушники Nordvik', { brand: 'Nordvik', popularity: 1 })
await good(moscow, 'Наушники Снятые', { brand: 'Наследие', active: false })
await good(moscow, 'Ёлка <b>пушистая</b>', { category: christmas, units: 0 })
const count = (text: string, cityId: string, callers: number) => ({
  ...{ day: new Date(), text, cityId, searches: 99, callers, finders: callers },
  ...{ zeroResults: 0, slow: 0, slowestMs: 1 },
})
await owner
  .insertInto('searchCount')
  .values(
    [
      count('наушники беспроводные', 'spb', 6),
      count('наушники детские', 'msk', 50),
      count('наушники редкие', 'msk', 4),
    ].map((row) => ({ ...row, day: row.day.toISOString() })),
  )
  .execute()

const suggest = async (q: string, city?: string, from = get) => {
  const query = new URLSearchParams({ q, ...(city && { city }) })
  const { status, body } = await from(`/suggest?${query}`)
  expect(status).toBe(200)
  const named = (things: { name?: string; text?: string }[]) =>
    things.map(({ name, text }) => name ?? text)
  return {
    body,
    queries: named(body.queries),
    categories: named(body.categories),
    brands: named(body.brands),
    items: named(body.items),
  }
}

describe('before there are suggestions', () => {
  it('only goods are suggested', async () => {
    await fresh.project()
    expect(await suggest('наушники sony', undefined, openApp().get)).toMatchObject({
      ...{ queries: [], categories: [], brands: [], items: ['Беспроводные наушники Sony'] },
    })
  })
})

describe('suggestions', () => {
  beforeAll(async () => {
    expect(await rebuild()).toEqual({ queries: 2, brands: 3, categories: 3 })
  })

  it('are queries, categories, brands and goods that begin so, the weightiest first', async () => {
    expect(await suggest('н')).toMatchObject({
      queries: ['наушники детские', 'наушники беспроводные'],
      categories: ['Наушники'],
      brands: ['Нордвик'],
      items: ['Наушники Нордвик', 'Беспроводные наушники Sony', 'Наушники Nordvik'],
    })
  })

  it('may have every word unfinished, in any order and letter case', async () => {
    expect((await suggest('НАУШ бесп')).queries).toEqual(['наушники беспроводные'])
    expect((await suggest('бесп науш')).items).toEqual(['Беспроводные наушники Sony'])
    expect((await suggest('nordv')).brands).toEqual(['Nordvik'])
    expect((await suggest('елк')).categories).toEqual(['Ёлки'])
  })

  it('are true for the city: goods, brands and categories in stock there, its queries first', async () => {
    expect(await suggest('н', 'spb')).toMatchObject({
      queries: ['наушники беспроводные', 'наушники детские'],
      categories: ['Наушники'],
      brands: [],
      items: ['Наушники Nordvik'],
    })
    expect((await suggest('ёлк', 'msk')).categories).toEqual([])
  })

  it('say what of them was typed, as plain text', async () => {
    const { body } = await suggest('нау')
    expect(body.queries[0]).toEqual({
      text: 'наушники детские',
      highlight: [
        { text: 'нау', matched: true },
        { text: 'шники детские', matched: false },
      ],
    })
    expect(body.categories[0]).toMatchObject({ id: headphones.id, parent: 'Электроника' })
    expect(body.items[0]).toMatchObject({ price: { currency: 'RUB' }, stock: 3 })
    expect((await suggest('ёлка пуш')).body.items[0].highlight).toEqual([
      { text: 'Ёлка', matched: true },
      { text: ' <b>', matched: false },
      { text: 'пуш', matched: true },
      { text: 'истая</b>', matched: false },
    ])
  })

  it('leave out what nobody sells and what hardly anybody searched', async () => {
    expect((await suggest('наследие')).brands).toEqual([])
    expect((await suggest('наушники для коня')).categories).not.toContain(empty.id)
    expect((await suggest('наушники ред')).queries).toEqual([])
  })

  it('are replaced as a whole, and nothing of the old ones is left behind', async () => {
    await Promise.all([rebuild(), suggest('н'), suggest('н')])
    await good(moscow, 'Наушники новые', { brand: 'Новинка' })
    await rebuild()
    expect((await suggest('нов', undefined, openApp().get)).brands).toEqual(['Новинка'])
    const indices = await server.client.indices.get({ index: `${suggestions.alias}-*` })
    expect(Object.keys(indices)).toHaveLength(1)
  })

  it('are read again when others were made, and not before', async () => {
    const search = Object.assign(Object.create(server.client) as Client, {
      readings: 0,
      openPointInTime(request: Parameters<Client['openPointInTime']>[0]) {
        search.readings++
        return server.client.openPointInTime(request)
      },
    })
    const read = suggestionsInMemory(search, suggestions.alias, { lookEveryMs: 0 })
    const brandsOf = async (q: string) => (await read()).begunBy(q).brand.map(({ text }) => text)
    expect(await brandsOf('свеж')).toEqual([])
    await good(moscow, 'Наушники свежие', { brand: 'Свежий' })
    expect(await brandsOf('свеж')).toEqual([])
    expect(search.readings).toBe(1)
    await rebuild()
    await until(async () => (await brandsOf('свеж')).includes('Свежий'), { what: 'the new ones' })
    expect(search.readings).toBe(2)
  })

  it('are remembered for all who typed the same, in any letter case and with any spaces', async () => {
    const { get } = openApp()
    const statusOf = async (q: string, city?: string) => {
      const query = new URLSearchParams({ q, ...(city && { city }) })
      return (await get(`/suggest?${query}`)).headers.get('Cache-Status')
    }
    expect(await statusOf('наушники дет')).toBe('yarmarka; fwd=miss; stored')
    expect(await statusOf(' НАУШНИКИ  Дет')).toBe('yarmarka; hit; detail=memory')
    expect(await statusOf('наушники детс')).toBe('yarmarka; hit; detail=memory')
    expect(await statusOf('наушники дет', 'msk')).toBe('yarmarka; fwd=miss; stored')
  })

  it('are said once to whoever has them, and smaller to whoever takes them so', async () => {
    const path = `/suggest?${new URLSearchParams({ q: 'науш' })}`
    const plain = await get(path)
    const ETag = plain.headers.get('ETag')!
    expect((await get(path, { 'If-None-Match': ETag })).status).toBe(304)
    const { response } = await get(path, { 'Accept-Encoding': 'gzip' })
    expect(response.headers.get('Content-Encoding')).toBe('gzip')
    expect(JSON.parse(gunzipSync(await response.arrayBuffer()).toString())).toEqual(plain.body)
  })

  it.each(['🎧', '+-=&&||><!(){}[]^"~*?:\\/', '\u0000\u0001', ' ', '', 'ъыь'.repeat(33)])(
    'are none for «%s»',
    async (q) => {
      const { body } = await suggest(q)
      expect(body).toEqual({ queries: [], categories: [], brands: [], items: [] })
    },
  )

  it.each([
    ['', 'q'],
    [`q=${'а'.repeat(101)}`, 'q'],
    [`q=${'а'.repeat(10_000)}`, 'q'],
    ['q=ча&city=nowhere', 'city'],
    ['q=ча&limit=5', 'limit'],
    ['q=ча&q=на', 'q'],
  ])('are refused with 400 for «%s»', async (query, parameter) => {
    const { status, body } = await get(`/suggest?${query}`)
    expect(status).toBe(400)
    expect(body.errors.map(({ path }: { path: string }) => path)).toEqual([parameter])
  })
})
