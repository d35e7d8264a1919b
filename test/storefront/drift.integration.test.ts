import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createDriftActivities } from '../../activities/storefront/drift.ts'
import { shopProducts } from '../../api/storefront/shop-products.ts'
import { getHeld } from '../../clients/elasticsearch/held-documents.ts'
import { pageKey } from '../../domain/storefront/listing-page.ts'
import { hashKey } from '../../clients/cache/page-key.ts'
import { makeListingPage } from '../../db/storefront/listing-pages.ts'
import { fillShop } from '../support/catalogue.ts'
import { createShop, type TestShop } from '../support/marketplace.ts'
import { searchByHand } from './search-by-hand.ts'

const search = await searchByHand()
const { database, elasticsearch, index } = search
const owner = database.owner.db
const { cache } = search.deps
afterAll(() => search.close())

const GOODS = 1_200
let shop: TestShop
let ids: string[]

beforeAll(async () => {
  shop = await createShop(owner)
  await fillShop(owner, shop, GOODS)
})
beforeEach(async () => {
  await search.forgetReindexes()
  await search.project()
  await search.redis.flushdb()
  ids = Object.keys(await search.expected())
})

const expectWhole = async () => expect(await search.searched()).toEqual(await search.expected())

describe('a drift cycle', () => {
  it('finds nothing where nothing has drifted, and says how much it compared', async () => {
    const { drifted, cycle } = await search.checkDrift()
    expect(drifted).toBe(0)
    expect(cycle).toMatchObject({
      ...{ state: 'completed', documentCount: String(GOODS), differingBucketCount: 0 },
      finishedAt: expect.any(Date),
    })
    expect(cycle.bucketCount).toBeGreaterThan(GOODS / 100 - 1)
  })

  it('finds and repairs ten silent deletes', async () => {
    const gone = ids.filter((_, at) => at % 100 === 0).slice(0, 10)
    for (const id of gone) await elasticsearch.delete({ index: index.alias, id })
    const { drifted, repaired, cycle } = await search.checkDrift()
    expect({ drifted, repaired, missing: cycle.missingCount }).toEqual({
      ...{ drifted: 10, repaired: 10, missing: 10 },
    })
    await search.project()
    await expectWhole()
    expect(await search.checkDrift()).toMatchObject({ drifted: 0 })
  })

  it('finds them while a fan-out waits that does not reach them', async () => {
    const another = await createShop(owner)
    await fillShop(owner, another, 10)
    await search.project()
    const gone = ids.filter((_, at) => at % 100 === 0).slice(0, 10)
    for (const id of gone) await elasticsearch.delete({ index: index.alias, id })
    await owner
      .updateTable('shop')
      .set({ state: 'suspended' })
      .where('id', '=', another.shopId)
      .execute()
    const { drifted, repaired, cycle } = await search.checkDrift()
    expect({ drifted, repaired, unsettled: cycle.unsettledCount }).toEqual({
      ...{ drifted: 10, repaired: 10, unsettled: 10 },
    })
    await search.project()
    await expectWhole()
  })

  it('repairs a document whose delete the index remembers under a far newer version', async () => {
    const version = 1_000
    await elasticsearch.delete({
      ...{ index: index.alias, id: ids[0]!, version, version_type: 'external' },
    })
    expect(await search.checkDrift()).toMatchObject({ drifted: 1, repaired: 1 })
    await search.project()
    await expectWhole()
  })

  it('finds what was altered behind its back, in its content or its version', async () => {
    const [altered, newer] = ids as [string, string]
    await elasticsearch.update({ index: index.alias, id: altered, doc: { priceMinor: 1 } })
    const found = await elasticsearch.get<object>({ index: index.alias, id: newer })
    await elasticsearch.index({
      ...{ index: index.alias, id: newer, version: 500, version_type: 'external' },
      document: found._source!,
    })
    const { cycle } = await search.checkDrift()
    expect(cycle).toMatchObject({ differentCount: 2, repairedCount: 2 })
    await search.project()
    await expectWhole()
  })

  it('finds content that changed without being raised', async () => {
    const { id: productId } = await owner
      .selectFrom('shopProduct')
      .innerJoin('product', 'product.id', 'shopProduct.productId')
      .select('product.id')
      .where('shopProduct.id', '=', ids[5]!)
      .executeTakeFirstOrThrow()
    await sql`alter table product disable trigger product_update_raises_change`.execute(owner)
    await owner
      .updateTable('product')
      .set({ name: 'Втихомолку' })
      .where('id', '=', productId)
      .execute()
    await sql`alter table product enable trigger product_update_raises_change`.execute(owner)
    expect((await search.checkDrift()).cycle).toMatchObject({ differentCount: 1 })
    await search.project()
    const { _source } = await elasticsearch.get<{ name: string }>({
      ...{ index: index.alias, id: ids[5]! },
    })
    expect(_source?.name).toBe('Втихомолку')
  })

  it('removes what nobody sells: made-up documents, and those of goods that are gone', async () => {
    await owner
      .updateTable('shopProduct')
      .set({ active: false })
      .where('id', '=', ids[9]!)
      .execute()
    await search.project()
    for (const id of [ids[9]!, '123456789012', 'made-up', '0'])
      await elasticsearch.index({ index: index.alias, id, document: { name: 'Призрак' } })
    expect((await search.checkDrift()).cycle).toMatchObject({ extraCount: 4, repairedCount: 4 })
    await search.project()
    await expectWhole()
  })

  it('takes what waits in the change stream for no drift, and says that it has proven nothing', async () => {
    await owner
      .updateTable('shopProduct')
      .set({ priceMinor: 777 })
      .where('id', 'in', ids.slice(0, 50))
      .execute()
    expect(await search.checkDrift()).toMatchObject({
      ...{ drifted: 0, unsettled: 50, cycle: { unsettledCount: 50 } },
    })
  })

  it('takes what the index refuses, and what is shown as poison, for no drift', async () => {
    await owner
      .updateTable('product')
      .set({ brand: 'я'.repeat(20_000) })
      .where('id', '=', sql<string>`(select product_id from shop_product where id = ${ids[7]!})`)
      .execute()
    await search.project()
    const parked = await owner.selectFrom('poisonDocument').select('shopProductId').execute()
    expect(parked).toEqual([{ shopProductId: ids[7] }])
    expect(await search.checkDrift()).toMatchObject({ drifted: 0 })
    await owner.updateTable('product').set({ brand: 'Бирюса' }).execute()
  })

  it('has a lost live index made anew, which the projection fills', async () => {
    await elasticsearch.indices.delete({ index: await liveIndex() })
    await search.checkDrift()
    await search.project()
    await expectWhole()
  })

  it('compares the index to which there is a way back, and lets one go that is lost', async () => {
    const before = await liveIndex()
    await search.reindex()
    await elasticsearch.delete({ index: before, id: ids[3]! })
    const stop = search.startProjections('search')
    expect(await search.checkDrift()).toMatchObject({ drifted: 1, repaired: 1 })
    await stop()
    await search.project()
    expect(await search.searched(before)).toEqual(await search.expected())

    await elasticsearch.indices.delete({ index: before })
    await search.checkDrift()
    expect(await search.generations()).toMatchObject({ [before]: 'dropped' })
  })
})

it('takes nothing for missing from an index whose rollback window closes while it is compared', async () => {
  const before = await liveIndex()
  const reindexId = await search.reindex()
  await elasticsearch.delete({ index: before, id: ids[3]! })
  const mget = async (...given: Parameters<typeof elasticsearch.mget>) => {
    await search.reindexing.closeWindow({ reindexId })
    return elasticsearch.mget(...given)
  }
  const drifting = createDriftActivities({
    ...search.deps,
    elasticsearch: Object.create(elasticsearch, { mget: { value: mget } }) as typeof elasticsearch,
  })
  expect(await search.checkDrift(drifting)).toMatchObject({ drifted: 0, repaired: 0 })
  await expect(getHeld(elasticsearch, before, ids)).rejects.toThrow(/index_not_found/)
})

const liveIndex = async () => (await search.behindAlias())[0]!

describe('a cached page', () => {
  const page = () => ({
    ...{ scope: { city: 'msk', shop: shop.shopId }, sort: 'price-asc' as const },
    ...{ limit: 20, cursor: undefined },
  })
  const read = () =>
    cache.read(pageKey(page()), () => makeListingPage(database.storefront.db, page()))
  const cheapest = async () => {
    const { items } = JSON.parse((await read()).entry.bodies.identity.toString()) as {
      items: { price: { amount: number } }[]
    }
    return items[0]?.price.amount
  }
  /** As if the invalidation had been lost. */
  const changeSilently = async (priceMinor: number) => {
    await owner.updateTable('shopProduct').set({ priceMinor }).where('id', '=', ids[1]!).execute()
    await sql`update change set cache_version = version, search_version = 0`.execute(owner)
  }

  it('that is as it should be is left alone', async () => {
    await read()
    expect((await search.checkDrift()).cycle).toMatchObject({ pageCount: 1, stalePageCount: 0 })
    expect((await read()).outcome).toBe('redis')
  })

  it('that missed its invalidation is found and dropped', async () => {
    await read()
    await changeSilently(1)
    await search.project()
    expect(await cheapest()).not.toBe(1)
    const { drifted, repaired, cycle } = await search.checkDrift()
    expect({ drifted, repaired, stale: cycle.stalePageCount }).toEqual({
      ...{ drifted: 1, repaired: 1, stale: 1 },
    })
    expect(await cheapest()).toBe(1)
  })

  it('that waits for the projection is no drift', async () => {
    await read()
    await owner
      .updateTable('shopProduct')
      .set({ priceMinor: 2 })
      .where('id', '=', ids[1]!)
      .execute()
    const stop = search.startProjections('search', 'cache')
    const { cycle } = await search.checkDrift()
    await stop()
    expect(cycle).toMatchObject({ stalePageCount: 0 })
    expect(await cheapest()).toBe(2)
  })

  it('under a name that we do not give is dropped', async () => {
    const hash = hashKey({ kind: 'listing', scope: 'msk:-:-' })
    await search.redis.hset(hash, { ticket: 'x', index: '{"nonsense":["*"]}', 'm|nonsense': 'x' })
    expect((await search.checkDrift()).cycle).toMatchObject({ stalePageCount: 1 })
    expect(await search.redis.exists(hash)).toBe(0)
  })
})

describe('a cached card', () => {
  const { storefront } = search.deps
  const cards = shopProducts({ storefront, cache, findScope: async (asked) => asked })
  const read = async () => {
    const response = await cards.request(`/shop-products/${ids[1]}?city=msk`)
    return (await response.json()) as { name: string; variants: { name: string }[] }
  }
  const rename = (id: string, name: string) =>
    owner
      .updateTable('product')
      .set({ name })
      .where('id', '=', sql<string>`(select product_id from shop_product where id = ${id})`)
      .execute()
  /** As if the invalidation had been lost. */
  const forget = () =>
    sql`update change set cache_version = version, search_version = 0`.execute(owner)

  it('that is as it should be is left alone', async () => {
    await read()
    expect((await search.checkDrift()).cycle).toMatchObject({ pageCount: 1, stalePageCount: 0 })
  })

  it('that missed its invalidation is found and dropped', async () => {
    await read()
    await rename(ids[1]!, 'Самовар')
    await forget()
    await search.project()
    expect((await read()).name).not.toBe('Самовар')
    const { drifted, repaired, cycle } = await search.checkDrift()
    expect({ drifted, repaired, stale: cycle.stalePageCount }).toEqual({
      ...{ drifted: 1, repaired: 1, stale: 1 },
    })
    expect((await read()).name).toBe('Самовар')
  })

  it('of what is not sold any more is dropped', async () => {
    await read()
    const sell = (active: boolean) =>
      owner.updateTable('shopProduct').set({ active }).where('id', '=', ids[1]!).execute()
    await sell(false)
    await forget()
    await search.project()
    expect((await search.checkDrift()).cycle).toMatchObject({ stalePageCount: 1 })
    expect(await search.redis.exists(hashKey({ kind: 'card', scope: ids[1]! }))).toBe(0)
    await sell(true)
  })

  it('is left alone when only a variant of it has changed', async () => {
    const group = sql`update product set group_id = 'g' where id in
      (select product_id from shop_product where id in (${ids[1]}, ${ids[2]}))`
    await group.execute(owner)
    await search.project()
    const { variants } = await read()
    expect(variants).toHaveLength(1)
    await rename(ids[2]!, 'Самовар поменьше')
    await search.project()
    expect((await search.checkDrift()).cycle).toMatchObject({ pageCount: 1, stalePageCount: 0 })
    expect((await read()).variants).toEqual(variants)
  })

  it('under a name that we do not give is dropped', async () => {
    const hash = hashKey({ kind: 'card', scope: 'nonsense' })
    await search.redis.hset(hash, { ticket: 'x', index: '{"-":["*"]}', 'm|-': 'x' })
    expect((await search.checkDrift()).cycle).toMatchObject({ stalePageCount: 1 })
    expect(await search.redis.exists(hash)).toBe(0)
  })
})
