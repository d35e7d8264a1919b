import { Client } from '@elastic/elasticsearch'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createServer } from '../../api/server.ts'
import { cacheWithoutMemory } from '../support/page-cache.ts'
import { connectRedis } from '../../clients/redis.ts'
import { encodeCursor } from '../../domain/storefront/cursor.ts'
import { shopProductsIndex } from '../../domain/storefront/search-index.ts'
import { freshElasticsearch } from '../support/elasticsearch.ts'
import { createShop } from '../support/marketplace.ts'
import { freshDatabase } from '../support/postgres.ts'
import { createCategory, createGood } from './goods.ts'
import { projectToSearch, storefrontApp } from './storefront-app.ts'

const database = await freshDatabase()
const server = await freshElasticsearch()
const redis = connectRedis({ url: 'redis://127.0.0.1:1', commandTimeoutMs: 50 })
const index = { ...shopProductsIndex, alias: `${server.prefix}shop-products` }
const deps = { storefront: database.storefront.db, cache: cacheWithoutMemory(redis), index }
const http = createServer({
  fetch: (request) => storefrontApp({ ...deps, search: server.client }).app.fetch(request),
})
afterAll(async () => {
  http.close()
  redis.disconnect()
  await Promise.all([server.close(), database.drop()])
})

let address: string
beforeAll(async () => {
  const shop = await createShop(database.owner.db)
  const category = await createCategory(database.owner.db, 'Чайники')
  await createGood(database.owner.db, shop, {
    category,
    name: 'Чайник Bosch',
    brand: 'Bosch',
    attributes: [{ name: 'Цвет', value: 'белый' }],
    units: 1,
  })
  await projectToSearch(database.system.db, server.client, index)
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  address = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
})

/** Over the wire, as whoever means harm sends it. */
const get = async (path: string) => {
  const response = await fetch(`${address}/v1${path}`)
  const body = (await response.json()) as {
    total?: number
    items?: object[]
    errors?: { path: string }[]
  }
  const paths = [...new Set(body.errors?.map(({ path }) => path))]
  return { status: response.status, body, paths }
}
const encoded = encodeURIComponent
const many = (name: string, count: number) =>
  Array.from({ length: count }, (_, n) => `${name}=${n}`).join('&')

describe('a search that means harm is told what is wrong with it', () => {
  it.each([
    ['ten thousand letters', `q=${encoded('ы'.repeat(10_000))}`, 'q'],
    ['ten thousand latin ones', `q=${'x'.repeat(10_000)}`, 'q'],
    ['two queries', 'q=a&q=b', 'q'],
    ['500 values of a facet', many('brand', 500), 'brand'],
    ['500 values of an attribute', many('attr.a', 500), 'attr.a'],
    [
      '500 values, few of each',
      [1, 2, 3, 4, 5, 6].map((n) => many(`attr.a${n}`, 84)).join('&'),
      'attr.a6',
    ],
    ['500 attributes', Array.from({ length: 500 }, (_, n) => `attr.a${n}=1`).join('&'), 'attr.a20'],
    ['an attribute without a name', 'attr.=1', 'attr.'],
    ['a name of 300 letters', `attr.${'x'.repeat(300)}=1`, `attr.${'x'.repeat(300)}`],
    ['a value of 600 letters', `attr.a=${'x'.repeat(600)}`, 'attr.a'],
    ['a field that there is not', 'sellerId=1', 'sellerId'],
    ['a page beyond all pages', 'from=10001', 'from'],
    ['a page by its number', 'page=1001', 'page'],
    ['an inverted price range', 'priceFrom=2&priceTo=1', 'priceFrom'],
    ['a price below nothing', 'priceFrom=-1', 'priceFrom'],
    ['a price beyond all prices', `priceTo=${'9'.repeat(30)}`, 'priceTo'],
    ['half a kopeck', 'priceTo=0.5', 'priceTo'],
    ['no number', 'priceFrom=NaN', 'priceFrom'],
    ['an empty price', 'priceTo=', 'priceTo'],
    ['an empty end of a range', 'priceFrom=100000&priceTo=', 'priceTo'],
    ['a price in other digits', 'priceFrom=0x10', 'priceFrom'],
    ['a price as a list', 'priceFrom[]=1', 'priceFrom[]'],
    ['delivery to nowhere', 'deliverable=true', 'city'],
    ['a city that there is not', 'city=%00', 'city'],
    ['a category in words', "category=1'or'1", 'category'],
    ['a category beyond all', `category=${'9'.repeat(19)}`, 'category'],
    ['a limit of nothing', 'limit=0', 'limit'],
    ['a limit of everything', 'limit=10000', 'limit'],
    ['a cursor of nothing', 'cursor=', 'cursor'],
    ['a forged cursor', `cursor=${encodeCursor('search', ['view', 1, '1'])}`, 'cursor'],
    ['a cursor of noise', `cursor=${'A'.repeat(4_000)}`, 'cursor'],
    ['an endless cursor', `cursor=${'A'.repeat(10_000)}`, 'cursor'],
    ['a constructor', 'constructor=1', 'constructor'],
  ])('%s: 400', async (_, query, path) => {
    const { status, paths } = await get(`/search?${query}`)
    expect([status, paths]).toEqual([400, [path]])
  })
})

describe('a search that nobody can mean', () => {
  it.each([
    ['stop words', 'и в на не что он'],
    ['operators', '+ - && || ! ( ) { } [ ] ^ " ~ * ? : \\ / AND OR NOT'],
    ['a field of the index', 'brand:* OR _exists_:id'],
    ['emoji', '🎧👩‍👩‍👧‍👦🏳️‍🌈'],
    ['control characters', '\u0000\u0001\u0007\u001b[2J\u202e\ufeff'],
    ['half a character', '\ud800'.toWellFormed()],
    ['combining marks', `а${'\u0301'.repeat(400)}`],
    ['500 words', 'ъ '.repeat(250)],
    ['one long word', 'ъ'.repeat(500)],
    ['wild cards', '*'.repeat(500)],
  ])('finds nothing: %s', async (_, q) => {
    const { status, body } = await get(`/search?q=${encoded(q)}`)
    expect([status, body.total, body.items]).toEqual([200, 0, []])
  })

  it.each([
    ['a value that nothing has', 'brand=nobody'],
    ['an attribute that nothing has', 'attr.nothing=1'],
    ['the separator of pairs', `attr.${encoded('Цвет\u001fбелый')}=1`],
    [
      'control characters',
      `attr.${encoded('a\u0000')}=${encoded('\u0000')}&brand=${encoded('\u0000')}`,
    ],
    ['an expression', `attr.${encoded('.*@&~(x)#<1-9>"')}=${encoded('.*')}`],
    ['prices between which nothing is', 'priceFrom=1&priceTo=1'],
  ])('finds nothing: %s', async (_, query) => {
    const { status, body } = await get(`/search?${query}`)
    expect([status, body.total]).toEqual([200, 0])
  })

  it('of nothing but blanks is of everything', async () => {
    const { status, body } = await get(`/search?q=${encoded(' \t\n ')}`)
    expect([status, body.total]).toEqual([200, 1])
  })
})

describe('while Elasticsearch is away', () => {
  const away = storefrontApp({
    ...deps,
    search: new Client({ node: 'http://127.0.0.1:1', maxRetries: 0 }),
  })

  it.each(['/search?q=чайник', '/search?city=msk', '/suggest?q=ча'])(
    '%s is 503, with a time to try again',
    async (path) => {
      const { status, headers, body } = await away.get(path)
      expect([status, headers.get('Retry-After')]).toEqual([503, '2'])
      expect(body.type).toBe('/problems/unavailable')
    },
  )

  it('listings and cards go on', async () => {
    const { status, body } = await away.get('/listings')
    expect([status, body.items.length]).toEqual([200, 1])
    expect((await away.get(`/shop-products/${body.items[0].id}`)).status).toBe(200)
  })
})

describe('a crowd of searches', () => {
  it('is answered as far as a process can bring them to an end; the next one is 503 at once', async () => {
    const room = Promise.withResolvers<void>()
    let answer: ReturnType<Client['msearch']> | undefined
    const search = Object.create(server.client, {
      msearch: {
        value: async (...given: Parameters<Client['msearch']>) => {
          await room.promise
          return (answer ??= server.client.msearch(...given))
        },
      },
    }) as Client
    const crowded = storefrontApp({ ...deps, search })
    const asked = Array.from({ length: 121 }, () => crowded.get('/search'))
    const first = await Promise.race(asked)
    expect([first.status, first.headers.get('Retry-After')]).toEqual([503, '2'])
    room.resolve()
    const statuses = (await Promise.all(asked)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(120)
    expect((await crowded.get('/search')).status).toBe(200)
  })
})
