import { randomUUID } from 'node:crypto'
import { ServiceError } from '@temporalio/client'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Import } from '../../api/imports/import-view.ts'
import { hostileAddresses, hostileUrls } from '../outbound/hostile-addresses.ts'
import { createShop, type TestShop } from '../support/marketplace.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres.ts'
import { authorised, testApp } from './app.ts'

let database: TestDatabase
let api: ReturnType<typeof testApp>
let shop: TestShop
let auth: { Authorization: string }

beforeAll(async () => {
  database = await freshDatabase()
  shop = await createShop(database.owner.db)
  auth = await authorised(database.owner.db, shop.sellerId)
})
beforeEach(() => {
  api = testApp({ seller: database.seller.db, storefront: database.storefront.db })
})
afterAll(() => database.drop())

const sourceUrl = 'https://shop.example/export/%D1%84%D0%B8%D0%B4.xml?key=1'
const post = (body: unknown, headers: Record<string, string> = {}) =>
  api.app.request('/v1/imports', {
    method: 'POST',
    headers: { ...auth, 'Content-Type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
const imports = () => database.owner.db.selectFrom('import').selectAll().execute()
const errorsOf = async (response: Response) =>
  ((await response.json()) as { errors: { path: string }[] }).errors.map(({ path }) => path)

describe('POST /v1/imports with a sourceUrl', () => {
  it('is 202 with an import whose file is still to be fetched, recorded with its event, and started', async () => {
    const response = await post({ sourceUrl, shopId: shop.shopId })
    expect(response.status).toBe(202)
    const started = (await response.json()) as Import
    expect(response.headers.get('Location')).toBe(`/v1/imports/${started.id}`)
    expect(started).toMatchObject({
      workflowId: `import:${started.id}`,
      state: 'queued',
      sourceUrl,
      fileName: 'фид.xml',
      mode: 'upsert',
      dryRun: false,
      progress: { bytesRead: 0, bytesTotal: 0 },
    })
    expect((await imports()).find(({ id }) => id === started.id)).toMatchObject({
      objectKey: `imports/${started.id}/source`,
      sha256: null,
      format: null,
    })
    const event = await database.owner.db
      .selectFrom('event')
      .selectAll()
      .where('subject', '=', `import:${started.id}`)
      .executeTakeFirstOrThrow()
    expect(event).toMatchObject({ type: 'import.requested', data: { importId: started.id } })
    expect(api.workflows.started).toEqual([
      { type: 'importCatalog', workflowId: `import:${started.id}` },
    ])
  })

  it('is 202 though Temporal is away: the relay starts it by its event', async () => {
    api.workflows.onStart = () => Promise.reject(new ServiceError('unavailable'))
    expect((await post({ sourceUrl, shopId: shop.shopId })).status).toBe(202)
  })

  it('answers the same again for an Idempotency-Key, and 422 when it asks for something else', async () => {
    const headers = { 'Idempotency-Key': randomUUID() }
    const first = await post({ sourceUrl, shopId: shop.shopId }, headers)
    const again = await post({ shopId: shop.shopId, sourceUrl }, headers)
    expect(await again.json()).toEqual(await first.json())
    const other = { sourceUrl: `${sourceUrl}2`, shopId: shop.shopId }
    expect((await post(other, headers)).status).toBe(422)
  })

  it.each([
    ['there is no address', () => ({ shopId: shop.shopId }), 'sourceUrl'],
    ['there is no shop', () => ({ sourceUrl }), 'shopId'],
    ['a field is unknown', () => ({ sourceUrl, shopId: shop.shopId, colour: 1 }), 'colour'],
    ['the format is unknown', () => ({ sourceUrl, shopId: shop.shopId, format: 'pdf' }), 'format'],
    ['a flag is a text', () => ({ sourceUrl, shopId: shop.shopId, dryRun: 'true' }), 'dryRun'],
  ])('is 400 when %s', async (_name, body, path) => {
    const response = await post(body())
    expect(response.status).toBe(400)
    expect(await errorsOf(response)).toEqual([path])
  })

  it('is 400 for JSON that is none', async () => {
    expect((await post('{"sourceUrl":')).status).toBe(400)
  })

  it('is 400 for every address that is not of the public web, with nothing recorded', async () => {
    const before = (await imports()).length
    const addresses = Object.values(hostileAddresses)
      .flat()
      .map((one) => `https://${one.includes(':') ? `[${one}]` : one}/feed.xml`)
    for (const url of [...hostileUrls, ...addresses]) {
      const response = await post({ sourceUrl: url, shopId: shop.shopId })
      expect(response.status, url).toBe(400)
      expect(await errorsOf(response)).toEqual(['sourceUrl'])
    }
    expect(await imports()).toHaveLength(before)
    expect(api.workflows.started).toEqual([])
  })

  it('is 401 without a key and 403 without the scope', async () => {
    const reader = await authorised(database.owner.db, shop.sellerId, ['imports:read'])
    expect((await post({ sourceUrl }, { Authorization: '' })).status).toBe(401)
    expect((await post({ sourceUrl }, reader)).status).toBe(403)
  })

  it('is 404 for another seller’s shop', async () => {
    const { shopId } = await createShop(database.owner.db)
    expect((await post({ sourceUrl, shopId })).status).toBe(404)
  })

  it('is 413 for a body of more than a megabyte', async () => {
    const body = JSON.stringify({ sourceUrl, shopId: 'a'.repeat(1_100_000) })
    expect((await post(body)).status).toBe(413)
  })
})
