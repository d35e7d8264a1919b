import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Document } from '../../api/openapi-document.ts'
import { seeded } from '../../bench/generate/random.ts'
import { buyer, deliverTo, stockedShop } from '../orders/shop-goods.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres.ts'
import { ALL_SCOPES, authorised, testApp } from './app.ts'
import { mutated, targetsOf } from './mutations.ts'

/** The figure is 10,000: `MUTATIONS=10000 npm test -- api/mutations`. */
const MUTATIONS = Number(process.env['MUTATIONS'] ?? 3_000)
const SEED = 7

let database: TestDatabase
beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

it(`${MUTATIONS} requests made wrong get a precise problem each, and never a 5xx`, async () => {
  const { app, logged } = testApp({
    seller: database.seller.db,
    storefront: database.storefront.db,
    system: database.system.db,
  })
  const document = (await (await app.request('/openapi.json')).json()) as Document
  const { sellerId, shopId, goods } = await stockedShop(database.owner.db, { units: 100_000 })
  const auth = await authorised(database.owner.db, sellerId, ALL_SCOPES)
  const make = async (path: string, body: object) => {
    const response = await app.request(path, {
      method: 'POST',
      headers: { ...auth, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })
    return ((await response.json()) as { id: string }).id
  }
  const sourceUrl = 'https://shop.example/catalogue.yml'
  const lines = [{ shopProductId: goods[0], quantity: 1 }]
  const url = 'https://shop.example/hooks'
  const makeExisting = async () => ({
    paths: [
      ['/v1/orders/', await make('/v1/orders', { lines, buyer, deliverTo })],
      ['/v1/webhook-endpoints/', await make('/v1/webhook-endpoints', { url })],
      ['/v1/imports/', await make('/v1/imports', { shopId, sourceUrl })],
      ['/v1/feeds/', await make('/v1/feeds', { shopId, kind: 'yandex-market' })],
      [
        '/v1/import-sources/',
        await make('/v1/import-sources', { shopId, sourceUrl, intervalMinutes: 60 }),
      ],
      ['/v1/api-keys/', await make('/v1/api-keys', { name: 'k', scopes: ['imports:read'] })],
    ] as const,
    fields: { shopId, shopProductId: goods[0] },
  })
  let existing = await makeExisting()
  const targets = targetsOf(document)
  const random = seeded(SEED)
  const statuses = new Map<number, number>()

  for (let at = 0; at < MUTATIONS; at++) {
    // What was there may have been deleted.
    if (at % 500 === 499) existing = await makeExisting()
    const { method, path, headers, body } = mutated(targets, existing, random)
    const response = await app.request(path, {
      method,
      headers: { ...headers, ...auth },
      ...(body && { body: new Uint8Array(body) }),
    })
    const { status } = response
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
    const said = `${at}: ${method} ${path.slice(0, 200)} ${body?.toString('latin1').slice(0, 200)}`
    expect(status, said).toBeLessThan(500)
    const text = await response.text()
    if (status < 400) continue
    expect(response.headers.get('Content-Type'), said).toContain('application/problem+json')
    expect(JSON.parse(text), said).toMatchObject({
      status,
      type: expect.stringMatching(/^\/problems\//),
    })
  }
  expect(logged.filter(({ level }) => level === 'error')).toEqual([])
  for (const status of [200, 201, 202, 400, 404, 415])
    expect([...statuses], String(status)).toContainEqual([status, expect.any(Number)])
})
