import { sql } from 'kysely'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { issueApiKey } from '../../api/issue-api-key.ts'
import { createShop, type TestShop } from '../support/marketplace.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres.ts'
import { openProduct, type ApiProcess, type Product } from '../support/processes.ts'

/** The figure is 1,000 keys: `IDEMPOTENCY_KEYS=1000 npm test -- idempotency.system`. */
const KEYS = Number(process.env['IDEMPOTENCY_KEYS'] ?? 40)
const AT_ONCE = 50

/** Nobody listens there: what is made here needs PostgreSQL and Redis alone. */
const NOWHERE = {
  ELASTICSEARCH_URL: 'http://127.0.0.1:1',
  TEMPORAL_ADDRESS: '127.0.0.1:1',
  S3_ENDPOINT: 'http://127.0.0.1:1',
  S3_ACCESS_KEY_ID: 'nobody',
  S3_SECRET_ACCESS_KEY: 'nobody',
}

let database: TestDatabase
let product: Product
let shop: TestShop
let headers: Record<string, string>

beforeAll(async () => {
  database = await freshDatabase()
  product = await openProduct({ ...inject('stack').env, ...database.env, ...NOWHERE })
  shop = await createShop(database.owner.db)
  const { key } = await issueApiKey(database.owner.db, {
    sellerId: shop.sellerId,
    name: 'test',
    scopes: ['feeds:write'],
  })
  headers = { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' }
})
afterAll(async () => {
  await product?.close()
  await database?.drop()
})

it(`of ${AT_ONCE} equal requests at once under each of ${KEYS} keys exactly one acts, though the process is killed`, async () => {
  const api = await product.startApi()
  let isKilled = false
  const bodies = new Map<string, Set<string>>()
  const post = async ({ url }: ApiProcess, name: string) => {
    const response = await fetch(`${url}/v1/feeds`, {
      method: 'POST',
      headers: { ...headers, 'Idempotency-Key': name },
      body: JSON.stringify({ shopId: shop.shopId, kind: 'yandex-market', name }),
    }).catch(() => undefined)
    const text = await response?.text().catch(() => undefined)
    if (response?.status === 201 && text)
      bodies.set(name, (bodies.get(name) ?? new Set()).add(text))
    return response?.status
  }
  const names = Array.from({ length: KEYS }, (_, at) => `feed-${at}`)
  const seen = new Set<number | undefined>()
  const storm = async (name: string) => {
    const statuses = await Promise.all(Array.from({ length: AT_ONCE }, () => post(api, name)))
    for (const status of statuses) seen.add(status)
    if (!isKilled && bodies.size >= KEYS / 2) {
      isKilled = true
      await api.kill9()
    }
  }
  const lane = async (from: number) => {
    for (let at = from; at < names.length; at += 4) await storm(names[at]!)
  }
  await Promise.all([0, 1, 2, 3].map(lane))
  expect(isKilled).toBe(true)

  // What the dead process had claimed is free after a minute, which need not be waited for.
  await sql`update idempotency_key set claimed_until = now() where status is null`.execute(
    database.owner.db,
  )
  const again = await product.startApi()
  for (const name of names)
    for (;;) {
      const status = await post(again, name)
      if (status === 201) break
      expect([409, 429]).toContain(status)
      await pause(50)
    }
  const made = await database.owner.db
    .selectFrom('feed')
    .select(['name', (eb) => eb.fn.countAll<string>().as('times')])
    .groupBy('name')
    .execute()
  expect(made.filter(({ times }) => times !== '1')).toEqual([])
  expect(made).toHaveLength(KEYS)
  for (const [name, answers] of bodies) expect(answers.size, name).toBe(1)
  expect([...seen].filter((status) => ![201, 409, undefined].includes(status))).toEqual([])
})
