import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Document } from '../../api/openapi-document.ts'
import { seeded } from '../../bench/generate/random.ts'
import { createShop } from '../support/marketplace.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres.ts'
import { ALL_SCOPES, authorised, testApp } from './app.ts'
import { mutated, targetsOf } from './mutations.ts'

const MUTATIONS = 10_000
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
  const { sellerId } = await createShop(database.owner.db)
  const auth = await authorised(database.owner.db, sellerId, ALL_SCOPES)
  const targets = targetsOf(document)
  const random = seeded(SEED)
  const statuses = new Map<number, number>()

  for (let at = 0; at < MUTATIONS; at++) {
    const { method, path, headers, body } = mutated(targets, random)
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
  for (const status of [200, 400, 404, 415])
    expect([...statuses], String(status)).toContainEqual([status, expect.any(Number)])
})
