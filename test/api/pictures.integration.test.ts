import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createShop } from '../support/marketplace.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres.ts'
import { testApp } from './app.ts'

const bytes = Buffer.from('the bytes of a picture')
const sha256 = createHash('sha256').update(bytes).digest('hex')
let database: TestDatabase
let api: ReturnType<typeof testApp>

beforeAll(async () => {
  database = await freshDatabase()
  const { sellerId, shopId } = await createShop(database.owner.db)
  const of = (url: string) => ({ sellerId, shopId, url, urlHash: Buffer.from(url) })
  const header = { contentType: 'image/png', bytes: bytes.length, width: 1, height: 1 }
  await database.owner.db
    .insertInto('picture')
    .values([
      { ...of('a'), state: 'stored', sha256, ...header },
      { ...of('b'), state: 'stored', sha256: 'f'.repeat(64), ...header },
      { ...of('c'), sha256: 'e'.repeat(64) },
    ])
    .execute()
})
beforeEach(() => {
  api = testApp({ storefront: database.storefront.db })
  api.objectStore.objects.set(`pictures/${sha256}`, bytes)
})
afterAll(() => database.drop())

const get = (id: string, headers: Record<string, string> = {}) =>
  api.app.request(`/pictures/${id}`, { headers })

describe('GET /pictures/{id}', () => {
  it('is 200 with the picture, to be kept for ever, as its own type and nothing else', async () => {
    const response = await get(sha256)
    expect(response.status).toBe(200)
    expect(Buffer.from(await response.arrayBuffer())).toEqual(bytes)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-length': String(bytes.length),
      'cache-control': 'public, max-age=31536000, immutable',
      etag: `"${sha256}"`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': `default-src 'none'; sandbox`,
      'cross-origin-resource-policy': 'cross-origin',
    })
  })

  it.each([`"${sha256}"`, `W/"${sha256}"`, `"1", "${sha256}"`, '*'])(
    'is 304 for whoever has it: %s',
    async (known) => {
      const response = await get(sha256, { 'If-None-Match': known })
      expect(response.status).toBe(304)
      expect(await response.text()).toBe('')
    },
  )

  it.each([
    ['that nobody knows', '0'.repeat(64)],
    ['that is not fetched yet', 'e'.repeat(64)],
    ['whose object is gone', 'f'.repeat(64)],
    ['that is no digest', '..%2Fimports'],
  ])('is 404 for one %s', async (_what, id) => {
    expect((await get(id)).status).toBe(404)
  })

  it('is 503 when the object store is away', async () => {
    api.objectStore.get = () =>
      Promise.reject(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }))
    expect((await get(sha256)).status).toBe(503)
  })

  it('shows the public no more of a picture than that', async () => {
    const secrets = database.storefront.db.selectFrom('picture').select('url').execute()
    await expect(secrets).rejects.toThrow('permission denied')
  })
})
