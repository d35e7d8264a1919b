import { MockActivityEnvironment } from '@temporalio/testing'
import { sql } from 'kysely'
import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  createPicturesActivities,
  type PicturesActivities,
} from '../../activities/integrations/pictures.ts'
import { createGate } from '../../clients/outbound/gate.ts'
import { createOutbound } from '../../clients/outbound/outbound.ts'
import { startOutside, type Outside } from '../outbound/outside.ts'
import { createShop, requestImport, type TestShop } from '../support/marketplace.ts'
import { freshObjectStore, type TestObjectStore } from '../support/object-store.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres.ts'
import { until } from '../support/until.ts'
import { png } from './picture-samples.ts'

const outbound = createOutbound({ allowedPrivateNetworks: ['127.0.0.2/32'] })
let database: TestDatabase
let objects: TestObjectStore
let site: Outside
let trap: Outside
let shop: TestShop
let categoryId: string

beforeAll(async () => {
  database = await freshDatabase()
  objects = await freshObjectStore()
  site = await startOutside('127.0.0.2')
  trap = await startOutside('127.0.0.1')
  const category = database.owner.db.insertInto('category').values({ name: 'Дом', path: [] })
  categoryId = (await category.returning('id').executeTakeFirstOrThrow()).id
})
beforeEach(async () => {
  shop = await createShop(database.owner.db)
  site.answer = (_request, response) => void response.end(png(640, 480))
})
afterAll(async () => {
  objects.close()
  await Promise.all([database.drop(), site.close(), trap.close(), outbound.close()])
})

const url = (path: string) => `http://127.0.0.2:${site.port}/${path}`
const gate = createGate({ overall: 8, perHost: 2 })
const activities = () =>
  createPicturesActivities({
    ...{ system: database.system.db, objectStore: objects.store, outbound, gate },
  })
/** After an import that began so long ago. */
const note = async (began = '1 hour') => {
  const importId = await requestImport(database.owner.db, shop)
  await database.owner.db
    .updateTable('import')
    .set({ startedAt: sql`now() - ${began}::interval` })
    .where('id', '=', importId)
    .execute()
  await new MockActivityEnvironment().run(activities().notePictures, {
    ...{ shopId: shop.shopId, importIds: [importId] },
  })
}
const fetchDue = (
  environment = new MockActivityEnvironment(),
): ReturnType<PicturesActivities['fetchDuePictures']> =>
  environment.run(() => activities().fetchDuePictures({ shopId: shop.shopId }))

/** Products of the shop, each with these pictures. */
const addProducts = async (...pictures: string[][]) => {
  const { sellerId, shopId: originShopId } = shop
  const products = pictures.map((urls, index) => ({
    ...{ sellerId, originShopId, categoryId, externalId: `sku-${index}`, name: 'Чайник' },
    ...{ offerType: 'simplified', attributes: '[]', pictures: urls },
  }))
  await database.owner.db.insertInto('product').values(products).execute()
}
const rows = () =>
  database.owner.db
    .selectFrom('picture')
    .selectAll()
    .where('sellerId', '=', shop.sellerId)
    .orderBy('url')
    .execute()
const makeDue = () =>
  database.owner.db
    .updateTable('picture')
    .set({ nextTryAt: sql`now()` })
    .where('sellerId', '=', shop.sellerId)
    .execute()

describe('notePictures', () => {
  it('notes each address of the shop’s products once, however often it is run', async () => {
    await addProducts([url('a'), url('b')], [url('b')], [])
    await note()
    await note()
    expect((await rows()).map((row) => [row.url, row.state])).toEqual([
      [url('a'), 'pending'],
      [url('b'), 'pending'],
    ])
  })

  it('looks only at what was written since the import began', async () => {
    await addProducts([url('a')])
    await database.owner.db
      .updateTable('product')
      .set({ updatedAt: sql`now() - interval '2 hours'` })
      .where('originShopId', '=', shop.shopId)
      .execute()
    await note()
    expect(await rows()).toEqual([])
    await note('3 hours')
    expect(await rows()).toHaveLength(1)
  })

  it('goes through a shop of many products, and leaves other shops alone', async () => {
    await database.owner.db.transaction().execute(async (trx) => {
      await sql`
        insert into product (seller_id, origin_shop_id, external_id, offer_type, name, category_id, pictures)
        select ${shop.sellerId}::bigint, ${shop.shopId}::bigint, n, 'simplified', 'Чайник', ${categoryId}::bigint,
          array['http://a.example/' || n, 'http://a.example/' || n / 2]
        from generate_series(1, 5001) n`.execute(trx)
    })
    await note()
    expect(await rows()).toHaveLength(5_002)
    shop = await createShop(database.owner.db)
    await note()
    expect(await rows()).toEqual([])
  })
})

describe('fetchDuePictures', () => {
  it('stores a picture under its digest, with what it is', async () => {
    site.answer = (_request, response) =>
      void response
        .setHeader('ETag', '"v1"')
        .setHeader('Content-Type', 'text/html')
        .end(png(640, 480))
    await addProducts([url('a')])
    await note()
    expect(await fetchDue()).toEqual({ tried: 1, nextTryInSeconds: null })
    const sha256 = createHash('sha256').update(png(640, 480)).digest('hex')
    expect(await rows()).toMatchObject([
      {
        ...{ state: 'stored', sha256, contentType: 'image/png', bytes: 33 },
        ...{ width: 640, height: 480, etag: '"v1"', attempts: 1, reason: null },
      },
    ])
    expect(await buffer(await objects.store.get(`pictures/${sha256}`))).toEqual(png(640, 480))
    expect(await fetchDue()).toEqual({ tried: 0, nextTryInSeconds: null })
  })

  it.each<[string, Outside['answer'], string]>([
    ['is not there', (_request, response) => void response.writeHead(404).end(), 'http-404'],
    [
      'is a drawing that could run scripts',
      (_request, response) =>
        void response.setHeader('Content-Type', 'image/png').end('<svg onload="alert(1)"/>'),
      'not-a-picture',
    ],
    [
      'would fill a browser’s memory',
      (_request, response) => void response.end(png(60_000, 60_000)),
      'too-many-pixels',
    ],
    [
      'is larger than 10 MB',
      (_request, response) => {
        const bytes = Buffer.alloc(11 * 1024 ** 2)
        png(640, 480).copy(bytes)
        response.writeHead(200, { 'Transfer-Encoding': 'chunked' }).end(bytes)
      },
      'too-large',
    ],
    [
      'has moved',
      (_request, response) =>
        void response.writeHead(302, { location: 'https://cdn.example/a.png' }).end(),
      'redirect to https://cdn.example',
    ],
  ])('gives up a picture that %s', async (_what, answer, reason) => {
    site.answer = answer
    await addProducts([url('a')])
    await note()
    expect(await fetchDue()).toEqual({ tried: 1, nextTryInSeconds: null })
    expect(await rows()).toMatchObject([{ state: 'failed', reason, attempts: 1, sha256: null }])
    expect(trap.connections).toBe(0)
  })

  it('gives up what is no public address without a connection', async () => {
    await addProducts([`http://127.0.0.1:${trap.port}/`, 'file:///etc/passwd', 'a.jpg'])
    await note()
    await fetchDue()
    const reasons = (await rows()).map(({ reason }) => reason)
    expect(reasons.sort()).toEqual(['blocked-address', 'invalid-url', 'invalid-url'])
    expect(trap.connections).toBe(0)
  })

  it('tries again later what may pass, at the site’s pace, six times in all', async () => {
    site.answer = (_request, response) => void response.writeHead(503, { 'Retry-After': 90 }).end()
    await addProducts([url('a')])
    await note()
    const { tried, nextTryInSeconds } = await fetchDue()
    expect(tried).toBe(1)
    expect(nextTryInSeconds).toBeGreaterThan(60)
    expect(nextTryInSeconds).toBeLessThanOrEqual(90)
    expect((await fetchDue()).tried).toBe(0)
    for (let again = 2; again <= 6; again++) {
      await makeDue()
      expect((await fetchDue()).tried).toBe(1)
    }
    expect(await rows()).toMatchObject([{ state: 'failed', reason: 'http-503', attempts: 6 }])
  })

  it('asks one host for two pictures at a time', async () => {
    let inside = 0
    let most = 0
    site.answer = (_request, response) => {
      most = Math.max(most, ++inside)
      setTimeout(() => {
        inside--
        response.end(png(1, 1))
      }, 20)
    }
    await addProducts(Array.from({ length: 10 }, (_, index) => url(String(index))))
    await note()
    expect((await fetchDue()).tried).toBe(10)
    expect(most).toBe(2)
    expect((await rows()).every(({ state }) => state === 'stored')).toBe(true)
  })

  it('keeps what it has, and leaves the rest as it was, when it is cancelled', async () => {
    const environment = new MockActivityEnvironment()
    site.answer = ({ url: path }, response) => void (path === '/a' && response.end(png(1, 1)))
    await addProducts([url('a'), url('b')])
    await note()
    const fetching = fetchDue(environment)
    await until(async () => (await rows()).some(({ state }) => state === 'stored'))
    environment.cancel()
    await expect(fetching).rejects.toThrow()
    expect((await rows()).map(({ state, attempts }) => [state, attempts])).toEqual([
      ['stored', 1],
      ['pending', 0],
    ])
  })
})
