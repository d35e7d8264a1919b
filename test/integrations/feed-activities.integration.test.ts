import { MockActivityEnvironment } from '@temporalio/testing'
import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { createGunzip } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createFeedArtefactsActivities } from '../../activities/integrations/feed-artefacts.ts'
import { createFeedsActivities } from '../../activities/integrations/feeds.ts'
import type { ObjectStore } from '../../clients/object-store.ts'
import { findPublishedFeed, queuePublication } from '../../db/integrations/feed-queries.ts'
import { asSeller } from '../../db/tenancy.ts'
import type { CatalogRow } from '../../domain/integrations/row.ts'
import { yml } from '../../formats/yml/index.ts'
import { createFeed, fillShop } from '../support/catalogue.ts'
import { createShop, type TestShop } from '../support/marketplace.ts'
import { freshObjectStore, type TestObjectStore } from '../support/object-store.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres.ts'

let database: TestDatabase
let objects: TestObjectStore
let shop: TestShop
let categoryId: string

beforeAll(async () => {
  ;[database, objects] = await Promise.all([freshDatabase(), freshObjectStore()])
})
afterAll(async () => {
  objects.close()
  await database.drop()
})
beforeEach(async () => {
  shop = await createShop(database.owner.db)
  categoryId = (await fillShop(database.owner.db, shop, 10)).categoryId
})

const noLog = { error: () => {} }
const quick = () => createFeedsActivities({ system: database.system.db, log: noLog })
const slow = (objectStore: ObjectStore = objects.store) =>
  createFeedArtefactsActivities({ system: database.system.db, objectStore })
const run = <T>(work: () => Promise<T>, environment = new MockActivityEnvironment()): Promise<T> =>
  environment.run(work)

/** What the workflow does, step by step. */
async function publish(
  feedId: string,
  { confirmShrink = false, objectStore = objects.store } = {},
) {
  const queued = await asSeller(database.seller.db, shop.sellerId, (trx) =>
    queuePublication(trx, feedId, { id: randomUUID(), confirmShrink, traceParent: null }),
  )
  const publicationId = queued?.publication.id ?? randomUUID()
  const key = { feedId, publicationId }
  const opened = await run(() => quick().openPublication(key))
  if (opened !== 'building') return { state: opened, publicationId }
  expect(await run(() => slow(objectStore).buildArtefacts(key))).toBe('built')
  expect(await run(() => slow().checkArtefacts(key))).toBe('valid')
  const state = await run(() => quick().settlePublication(key))
  await run(() => slow().sweepFeed({ feedId }))
  return { state, publicationId }
}

const served = (token: string) => findPublishedFeed(database.storefront.db, token)
async function servedText(token: string, extension = 'xml') {
  const { key } = (await served(token))!.artefacts.find((one) => one.extension === extension)!
  return text(await objects.store.get(key))
}
async function rowsOf(feed: string): Promise<CatalogRow[]> {
  const rows: CatalogRow[] = []
  for await (const batch of yml.read(Readable.from([Buffer.from(feed)]), { encoding: 'utf-8' }))
    rows.push(...batch.rows)
  return rows
}
async function keysOf(feedId: string): Promise<string[]> {
  const keys: string[] = []
  for await (const key of objects.store.list(`feeds/${feedId}/`)) keys.push(key)
  return keys
}
const publication = (id: string) =>
  database.owner.db
    .selectFrom('feedPublication')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
const eventsOf = async (feedId: string) =>
  (
    await database.owner.db
      .selectFrom('event')
      .select('type')
      .where('subject', '=', `feed:${feedId}`)
      .orderBy('id')
      .execute()
  ).map(({ type }) => type)
const setActive = (count: number, active: boolean) =>
  database.owner.db
    .updateTable('shopProduct')
    .set({ active })
    .where('shopId', '=', shop.shopId)
    .where(
      'externalId',
      'in',
      Array.from({ length: count }, (_, at) => `sku-${at + 1}`),
    )
    .execute()

describe('publishing', () => {
  it('serves the whole catalogue, which reads back as it is kept', async () => {
    const feed = await createFeed(database.owner.db, shop)
    const { state, publicationId } = await publish(feed.id)
    expect(state).toBe('published')

    const rows = await rowsOf(await servedText(feed.token))
    const kept = await database.owner.db
      .selectFrom('shopProduct')
      .innerJoin('product', 'product.id', 'shopProduct.productId')
      .innerJoin('stock', 'stock.shopProductId', 'shopProduct.id')
      .selectAll()
      .where('shopProduct.shopId', '=', shop.shopId)
      .orderBy('shopProduct.externalId')
      .execute()
    expect(rows).toMatchObject(
      kept.map((row) => ({
        externalId: row.externalId,
        offerType: row.offerType,
        name: row.name,
        brand: row.brand,
        vendorCode: row.vendorCode,
        categoryExternalId: row.categoryId,
        description: row.description,
        attributes: row.attributes,
        barcodes: row.barcodes,
        pictures: row.pictures,
        weightGrams: row.weightGrams,
        lengthMm: row.lengthMm,
        widthMm: row.widthMm,
        heightMm: row.heightMm,
        priceMinor: Number(row.priceMinor),
        currency: row.currency,
        url: row.url,
        available: row.available,
        units: row.units,
        ...(row.oldPriceMinor === null ? {} : { oldPriceMinor: Number(row.oldPriceMinor) }),
      })),
    )
    expect(await publication(publicationId)).toMatchObject({ items: '10', leftOut: '0', number: 1 })
    expect(await eventsOf(feed.id)).toEqual(['feed.published'])
  })

  it('keeps the same bytes compressed', async () => {
    const feed = await createFeed(database.owner.db, shop)
    await publish(feed.id)
    const { key, bytes } = (await served(feed.token))!.artefacts[0]!
    const small = (await objects.store.get(`${key}.gz`)).pipe(createGunzip())
    const whole = await servedText(feed.token)
    expect(await text(small)).toBe(whole)
    expect(Buffer.byteLength(whole)).toBe(bytes)
  })

  it('makes RSS and TSV of the same items for Google, and lists what was left out', async () => {
    await database.owner.db
      .updateTable('shopProduct')
      .set({ url: null })
      .where('shopId', '=', shop.shopId)
      .where('externalId', '=', 'sku-3')
      .execute()
    const feed = await createFeed(database.owner.db, shop, { kind: 'google-shopping' })
    const { publicationId } = await publish(feed.id)

    expect((await servedText(feed.token, 'xml')).match(/<item>/g)).toHaveLength(9)
    expect((await servedText(feed.token, 'tsv')).trimEnd().split('\n')).toHaveLength(10)
    expect(await publication(publicationId)).toMatchObject({ items: '9', leftOut: '1' })
    const leftOut = await database.owner.db
      .selectFrom('feedLeftOut')
      .select(['externalId', 'field', 'code'])
      .where('publicationId', '=', publicationId)
      .execute()
    expect(leftOut).toEqual([{ externalId: 'sku-3', field: 'link', code: 'link-missing' }])
  })

  it('offers what the filters let through', async () => {
    const filters = { categoryIds: [categoryId], availableOnly: true, priceToMinor: 1_000_000 }
    await database.owner.db
      .updateTable('shopProduct')
      .set({ available: false })
      .where('shopId', '=', shop.shopId)
      .where('externalId', '=', 'sku-1')
      .execute()
    const feed = await createFeed(database.owner.db, shop, { filters })
    await publish(feed.id)
    expect(await rowsOf(await servedText(feed.token))).toHaveLength(9)
  })

  it('writes everything as of one instant, whatever changes meanwhile', async () => {
    const feed = await createFeed(database.owner.db, shop)
    const before = await rowsOfDatabase()
    const meddling: ObjectStore = {
      ...objects.store,
      async put(key, bytes, options) {
        await database.owner.db
          .updateTable('shopProduct')
          .set({ priceMinor: 777, oldPriceMinor: null })
          .where('shopId', '=', shop.shopId)
          .execute()
        await objects.store.put(key, bytes, options)
      },
    }
    await publish(feed.id, { objectStore: meddling })
    const rows = await rowsOf(await servedText(feed.token))
    expect(rows.map(({ priceMinor }) => priceMinor)).toEqual(before)
    // What changed meanwhile is news for the next publication.
    expect((await publish(feed.id)).state).toBe('published')

    async function rowsOfDatabase() {
      const prices = await database.owner.db
        .selectFrom('shopProduct')
        .select('priceMinor')
        .where('shopId', '=', shop.shopId)
        .orderBy('externalId')
        .execute()
      return prices.map(({ priceMinor }) => Number(priceMinor))
    }
  })
})

describe('a feed of which nothing has changed', () => {
  it('is not made again', async () => {
    const feed = await createFeed(database.owner.db, shop)
    const first = await publish(feed.id)
    expect((await publish(feed.id)).state).toBe('unchanged')
    expect((await served(feed.token))?.publicationId).toBe(first.publicationId)
    expect(await eventsOf(feed.id)).toEqual(['feed.published'])
  })

  const owner = () => database.owner.db
  const ofShop = () =>
    owner().selectFrom('shopProduct').select('id').where('shopId', '=', shop.shopId)
  it.each<[string, (feedId: string) => Promise<unknown>]>([
    [
      'a price',
      () =>
        owner()
          .updateTable('shopProduct')
          .set({ priceMinor: 5 })
          .where('id', 'in', ofShop().limit(1))
          .execute(),
    ],
    [
      'a stock',
      () =>
        owner()
          .updateTable('stock')
          .set({ units: 99 })
          .where('shopProductId', 'in', ofShop().limit(1))
          .execute(),
    ],
    [
      'a name',
      () =>
        owner()
          .updateTable('product')
          .set({ name: 'Новое' })
          .where('originShopId', '=', shop.shopId)
          .execute(),
    ],
    [
      'a category’s name',
      () =>
        owner()
          .updateTable('category')
          .set({ name: `Иное ${categoryId}` })
          .where('id', '=', categoryId)
          .execute(),
    ],
    [
      'the shop’s name',
      () =>
        owner().updateTable('shop').set({ name: 'Иная' }).where('id', '=', shop.shopId).execute(),
    ],
    [
      'a setting',
      (id) =>
        owner()
          .updateTable('feed')
          .set({ settings: '{"company":"ООО"}' })
          .where('id', '=', id)
          .execute(),
    ],
    [
      'a product that is gone',
      () => owner().deleteFrom('shopProduct').where('id', 'in', ofShop().limit(1)).execute(),
    ],
    ['a product that is inactive', () => setActive(1, false)],
  ])('is made again after %s', async (_, change) => {
    const feed = await createFeed(database.owner.db, shop)
    await publish(feed.id)
    await change(feed.id)
    expect((await publish(feed.id)).state).toBe('published')
  })
})

describe('a feed that shrinks too much', () => {
  it('is held once, and what was served stays, until somebody says that it is meant so', async () => {
    const feed = await createFeed(database.owner.db, shop)
    const first = await publish(feed.id)
    await setActive(4, false)

    const held = await publish(feed.id)
    expect(held.state).toBe('held')
    expect((await publication(held.publicationId)).problem).toEqual({
      code: 'shrunk',
      params: { before: 10, now: 6 },
    })
    expect((await publish(feed.id)).state).toBe('unchanged')
    expect((await served(feed.token))?.publicationId).toBe(first.publicationId)

    const confirmed = await publish(feed.id, { confirmShrink: true })
    expect(confirmed.state).toBe('published')
    expect(await rowsOf(await servedText(feed.token))).toHaveLength(6)
    expect(await eventsOf(feed.id)).toEqual(['feed.published', 'feed.held', 'feed.published'])
  })

  it('is published when it loses no more than 30 %', async () => {
    const feed = await createFeed(database.owner.db, shop)
    await publish(feed.id)
    await setActive(3, false)
    expect((await publish(feed.id)).state).toBe('published')
  })

  it('fails at first when there is nothing to offer', async () => {
    await setActive(10, false)
    const feed = await createFeed(database.owner.db, shop)
    expect((await publish(feed.id)).state).toBe('failed')
    expect(await served(feed.token)).toBeUndefined()
  })
})

describe('what goes wrong on the way', () => {
  it('leaves the old files served when a build dies, and nothing behind after the next run', async () => {
    const feed = await createFeed(database.owner.db, shop)
    const first = await publish(feed.id)
    await setActive(1, false)
    const key = { feedId: feed.id, publicationId: randomUUID() }
    await run(() => quick().openPublication(key))
    const dying: ObjectStore = {
      ...objects.store,
      put: (to, bytes, options) =>
        to.endsWith('.gz')
          ? Promise.reject(new Error('the store is away'))
          : objects.store.put(to, bytes, options),
    }
    await expect(run(() => slow(dying).buildArtefacts(key))).rejects.toThrow('the store is away')
    expect((await served(feed.token))?.publicationId).toBe(first.publicationId)

    expect(await run(() => slow().buildArtefacts(key))).toBe('built')
    expect(await run(() => quick().settlePublication(key))).toBe('published')
    await objects.store.put(
      `feeds/${feed.id}/${randomUUID()}.xml`,
      Readable.from([Buffer.from('orphan')]),
    )
    await run(() => slow().sweepFeed({ feedId: feed.id }))
    expect(await keysOf(feed.id)).toEqual(
      [first.publicationId, key.publicationId]
        .flatMap((id) => [`feeds/${feed.id}/${id}.xml`, `feeds/${feed.id}/${id}.xml.gz`])
        .sort(),
    )
  })

  it('stops between two pages when it is cancelled, and uploads nothing', async () => {
    const feed = await createFeed(database.owner.db, shop)
    const key = { feedId: feed.id, publicationId: randomUUID() }
    await run(() => quick().openPublication(key))
    const environment = new MockActivityEnvironment()
    const cancelling: ObjectStore = {
      ...objects.store,
      async put(to, bytes, options) {
        environment.cancel()
        await objects.store.put(to, bytes, options)
      },
    }
    await expect(run(() => slow(cancelling).buildArtefacts(key), environment)).rejects.toThrow()
    expect(await keysOf(feed.id)).toEqual([])
  })

  it('finds a file that is not what was written', async () => {
    const feed = await createFeed(database.owner.db, shop)
    const key = { feedId: feed.id, publicationId: randomUUID() }
    await run(() => quick().openPublication(key))
    await run(() => slow().buildArtefacts(key))
    const file = `feeds/${feed.id}/${key.publicationId}.xml`
    const put = (to: string, bytes: string) =>
      objects.store.put(to, Readable.from([Buffer.from(bytes)]))
    const check = () => run(() => slow().checkArtefacts(key))

    await put(`${file}.gz`, 'not gzip')
    expect(await check()).toEqual({ problem: 'bytes-differ' })
    const whole = await text(await objects.store.get(file))
    await put(file, whole.replace('</offers>', ''))
    expect(await check()).toEqual({ problem: 'malformed' })
    await put(file, whole.replace(/<offer id="sku-1"[\s\S]*?<\/offer>/, ''))
    expect(await check()).toEqual({ problem: 'items-differ' })
    await objects.store.remove(file)
    expect(await check()).toEqual({ problem: 'object-lost' })
  })

  it('lets the newer content stay when two publications overlap', async () => {
    const feed = await createFeed(database.owner.db, shop)
    const [older, newer] = [randomUUID(), randomUUID()].map((publicationId) => ({
      feedId: feed.id,
      publicationId,
    })) as [{ feedId: string; publicationId: string }, { feedId: string; publicationId: string }]
    for (const key of [older, newer]) {
      await run(() => quick().openPublication(key))
      await run(() => slow().buildArtefacts(key))
    }
    expect(await run(() => quick().settlePublication(newer))).toBe('published')
    expect(await run(() => quick().settlePublication(older))).toBe('unchanged')
    expect((await served(feed.token))?.publicationId).toBe(newer.publicationId)
  })

  it('settles a publication once, however often it is told to', async () => {
    const feed = await createFeed(database.owner.db, shop)
    const { publicationId } = await publish(feed.id)
    const key = { feedId: feed.id, publicationId }
    expect(await run(() => quick().openPublication(key))).toBe('published')
    expect(await run(() => quick().settlePublication(key))).toBe('published')
    expect(await eventsOf(feed.id)).toEqual(['feed.published'])
  })
})

describe('a feed that was deleted', () => {
  it('is served no more, and leaves nothing', async () => {
    const feed = await createFeed(database.owner.db, shop)
    await publish(feed.id)
    await database.owner.db
      .updateTable('feed')
      .set({ deletedAt: new Date() })
      .where('id', '=', feed.id)
      .execute()
    expect(await served(feed.token)).toBeUndefined()
    const key = { feedId: feed.id, publicationId: randomUUID() }
    expect(await run(() => quick().openPublication(key))).toBe('gone')
    for (let repeated = 0; repeated < 2; repeated++)
      await run(() => slow().sweepFeed({ feedId: feed.id }))
    expect(await keysOf(feed.id)).toEqual([])
    expect(
      await database.owner.db.selectFrom('feed').where('id', '=', feed.id).select('id').execute(),
    ).toEqual([])
  })
})

describe('another seller', () => {
  it('sees nothing of a feed, and the public none of the tables', async () => {
    const feed = await createFeed(database.owner.db, shop)
    await publish(feed.id)
    const stranger = await createShop(database.owner.db)
    for (const table of ['feed', 'feedPublication', 'feedLeftOut'] as const) {
      const seen = await asSeller(database.seller.db, stranger.sellerId, (trx) =>
        trx.selectFrom(table).selectAll().execute(),
      )
      expect(seen).toEqual([])
      await expect(database.storefront.db.selectFrom(table).selectAll().execute()).rejects.toThrow(
        /permission denied/,
      )
    }
  })

  it('is not served the products of a suspended shop', async () => {
    const feed = await createFeed(database.owner.db, shop)
    await publish(feed.id)
    await database.owner.db
      .updateTable('shop')
      .set({ state: 'suspended' })
      .where('id', '=', shop.shopId)
      .execute()
    expect(await served(feed.token)).toBeUndefined()
  })
})
