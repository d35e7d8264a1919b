import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createReindexingActivities } from '../../activities/storefront/reindexing.ts'
import type { PageKey } from '../../clients/cache/page-key.ts'
import { findLiveGeneration, giveUpGeneration } from '../../db/storefront/search-generations.ts'
import { lifetimeOf } from '../../domain/storefront/cache-policies.ts'
import { fillShop } from '../support/catalogue.ts'
import { createShop, type TestShop } from '../support/marketplace.ts'
import { until } from '../support/until.ts'
import { searchByHand } from './search-by-hand.ts'

const search = await searchByHand()
const { database, elasticsearch, reindexing, run } = search
const owner = database.owner.db
afterAll(() => search.close())

/** More than a page, so that the backfill has pages to be killed between. */
const GOODS = 2_500
let shop: TestShop

beforeAll(async () => {
  shop = await createShop(owner)
  await fillShop(owner, shop, GOODS)
  await search.project()
})
beforeEach(async () => {
  await search.forgetReindexes()
  await search.project()
})

const live = async () => (await search.behindAlias())[0]!
const settingsOf = async (indexName: string) =>
  (await elasticsearch.indices.getSettings({ index: indexName }))[indexName]?.settings?.index
const expectWhole = async (indexName?: string) =>
  expect(await search.searched(indexName)).toEqual(await search.expected())

describe('a reindex', () => {
  it('swaps to a new index that holds everything, and keeps the one before', async () => {
    const before = await live()
    const reindexId = await search.reindex()
    const after = await live()
    expect(after).not.toBe(before)
    await expectWhole()
    await expectWhole(before)
    expect(await search.generations()).toMatchObject({ [before]: 'retired', [after]: 'live' })
    const row = await search.reindexed(reindexId)
    expect(row).toMatchObject({
      ...{ state: 'live', indexName: after, readCount: String(GOODS), totalCount: String(GOODS) },
      parity: { documents: GOODS, differing: 0, repaired: 0 },
    })
  })

  it('fills an index that has no replica and shows nothing, and then gives it its own settings', async () => {
    const reindexId = await search.request()
    await run(() => reindexing.openReindex({ reindexId }))
    const indexName = (await search.reindexed(reindexId)).indexName!
    expect(await settingsOf(indexName)).toMatchObject({
      ...{ refresh_interval: '-1', auto_expand_replicas: 'false', number_of_replicas: '0' },
    })
    expect(await run(() => reindexing.verifyParity({ reindexId }))).toBe('equal')
    expect(await settingsOf(indexName)).toMatchObject({
      ...{ refresh_interval: '500ms', auto_expand_replicas: '0-1' },
    })
    await run(() => reindexing.abandonReindex({ reindexId, state: 'cancelled' }))
  })

  it('leaves out what is not published', async () => {
    await owner
      .updateTable('shopProduct')
      .set({ active: false })
      .where(sql<boolean>`id % 7 = 0`)
      .execute()
    await search.project()
    await search.reindex()
    await expectWhole()
    await owner.updateTable('shopProduct').set({ active: true }).execute()
  })

  it('goes on from the page that was committed last, and opens no second index', async () => {
    const reindexId = await search.request()
    await run(() => reindexing.openReindex({ reindexId }))
    const half = await owner
      .selectFrom('shopProduct')
      .select('id')
      .orderBy('id')
      .offset(GOODS / 2)
      .limit(1)
      .executeTakeFirstOrThrow()
    await owner
      .updateTable('reindex')
      .set({ afterId: half.id, readCount: GOODS / 2 })
      .where('id', '=', reindexId)
      .execute()
    await run(() => reindexing.openReindex({ reindexId }))
    const { ended, pace } = await run(() => reindexing.backfillPages({ reindexId }))
    expect(ended).toBe(true)
    expect(pace).toMatchObject({ done: GOODS - 1, total: GOODS })
    const { indexName } = await search.reindexed(reindexId)
    await elasticsearch.indices.refresh({ index: indexName! })
    expect((await elasticsearch.count({ index: indexName! })).count).toBe(GOODS / 2 - 1)
    await run(() => reindexing.abandonReindex({ reindexId, state: 'cancelled' }))
  })

  it('loses nothing that is changed, added or deleted while it fills', async () => {
    const stop = search.startProjections('search')
    const reindexId = await search.request()
    await run(() => reindexing.openReindex({ reindexId }))
    const filling = (async () => {
      while (!(await run(() => reindexing.backfillPages({ reindexId }))).ended);
    })()
    for (let turn = 0; turn < 10; turn++)
      await search.raisePrices(sql`id % 10 = ${turn} and shop_id = ${shop.shopId}`)
    await owner
      .deleteFrom('stock')
      .where(sql<boolean>`shop_product_id % 50 = 0`)
      .execute()
    await owner
      .deleteFrom('shopProduct')
      .where(sql<boolean>`id % 50 = 0`)
      .execute()
    await fillShop(owner, await createShop(owner), 100)
    await filling
    expect(await run(() => reindexing.verifyParity({ reindexId }))).toBe('equal')
    await run(() => reindexing.swapIndices({ reindexId }))
    await search.untilProjected('search')
    await stop()
    await expectWhole()
    expect(Object.keys(await search.searched())).toHaveLength(GOODS - GOODS / 50 + 100)
  })
})

it('of a new index that was let go for taking nothing, none is left when another is begun', async () => {
  const before = await live()
  const reindexId = await search.request()
  await run(() => reindexing.openReindex({ reindexId }))
  const { indexName } = await search.reindexed(reindexId)
  await giveUpGeneration(search.deps.system, indexName!)
  while (!(await run(() => reindexing.backfillPages({ reindexId }))).ended);
  const { indexName: another } = await search.reindexed(reindexId)
  expect(await search.indices()).toEqual([before, another].sort())
  await run(() => reindexing.abandonReindex({ reindexId, state: 'cancelled' }))
})

describe('the swap', () => {
  it('leads to no index that is let go meanwhile, and the one before goes on being searched', async () => {
    const before = await live()
    const reindexId = await search.request()
    await run(() => reindexing.openReindex({ reindexId }))
    const { indexName } = await search.reindexed(reindexId)
    const refresh = async () => void (await giveUpGeneration(search.deps.system, indexName!))
    const indices = { value: Object.create(elasticsearch.indices, { refresh: { value: refresh } }) }
    const swapping = createReindexingActivities({
      ...search.deps,
      elasticsearch: Object.create(elasticsearch, { indices }) as typeof elasticsearch,
    })
    await expect(run(() => swapping.swapIndices({ reindexId }))).rejects.toThrow('is over')
    expect(await search.behindAlias()).toEqual([before])
    expect(await search.generations()).toMatchObject({ [before]: 'live', [indexName!]: 'failed' })
    await run(() => reindexing.abandonReindex({ reindexId, state: 'failed' }))
  })

  it('is followed by listings that are made anew, while cards are kept', async () => {
    const [listing, card] = [
      { kind: 'listing', scope: 'msk:-:-', page: 'popular|20|' },
      { kind: 'card', scope: '1', page: '-' },
    ]
    const read = async (key: PageKey, body: string) => {
      const lifetime = lifetimeOf('listing', Date.now(), 0.5)
      const { entry } = await search.deps.cache.read(key, async () => ({ body, lifetime }))
      return entry.bodies.identity.toString()
    }
    for (const key of [listing, card]) await read(key, 'before')
    expect(await read(listing, 'after')).toBe('before')
    await run(() => reindexing.dropListings())
    expect(await read(listing, 'after')).toBe('after')
    expect(await read(card, 'after')).toBe('before')
  })

  it('forgets that the index took nothing once', async () => {
    const reindexId = await search.request()
    await run(() => reindexing.openReindex({ reindexId }))
    await owner.updateTable('searchGeneration').set({ stalledAt: new Date() }).execute()
    await run(() => reindexing.swapIndices({ reindexId }))
    expect(await findLiveGeneration(search.deps.system)).toMatchObject({
      ...{ indexName: await live(), stalledAt: null },
    })
    await run(() => reindexing.rollBackSwap({ reindexId }))
  })
})

describe('the way back', () => {
  it('leads to the index of before with all that changed since, and drops the new one', async () => {
    const before = await live()
    const reindexId = await search.reindex()
    const built = await live()
    await search.raisePrices()
    await search.project()
    expect(await run(() => reindexing.rollBackSwap({ reindexId }))).toBe('rolled-back')
    expect(await run(() => reindexing.rollBackSwap({ reindexId }))).toBe('rolled-back')
    expect(await search.behindAlias()).toEqual([before])
    await expectWhole()
    expect(await search.generations()).toMatchObject({ [before]: 'live', [built]: 'dropped' })
    expect(await search.indices()).toEqual([before])
    expect(await search.reindexed(reindexId)).toMatchObject({ state: 'rolled-back' })
  })

  it('is closed with its window, which drops the index of before', async () => {
    const before = await live()
    const reindexId = await search.reindex()
    await run(() => reindexing.closeWindow({ reindexId }))
    await run(() => reindexing.closeWindow({ reindexId }))
    expect(await search.indices()).toEqual([await live()])
    expect(await search.generations()).toMatchObject({ [before]: 'dropped' })
    expect(await run(() => reindexing.rollBackSwap({ reindexId }))).toBe('completed')
    await expectWhole()
  })

  it('is closed by the next reindex', async () => {
    const first = await search.reindex()
    const second = await search.reindex()
    expect(await search.reindexed(first)).toMatchObject({ state: 'completed' })
    expect(await search.indices()).toHaveLength(2)
    await run(() => reindexing.closeWindow({ reindexId: second }))
  })
})

describe('a reindex that ends before its swap', () => {
  it('leaves nothing behind', async () => {
    const before = await live()
    const reindexId = await search.request()
    await run(() => reindexing.openReindex({ reindexId }))
    const { indexName } = await search.reindexed(reindexId)
    await run(() => reindexing.abandonReindex({ reindexId, state: 'failed', problem: 'parity' }))
    expect(await search.indices()).toEqual([before])
    expect(await search.generations()).toMatchObject({ [indexName!]: 'failed', [before]: 'live' })
    expect(await search.reindexed(reindexId)).toMatchObject({
      ...{ state: 'failed', problem: { code: 'parity' }, finishedAt: expect.any(Date) },
    })
    await search.raisePrices(sql`id % 100 = 0`)
    await search.project()
    await expectWhole()
  })

  it('leaves nothing behind when it ends while its index is being made', async () => {
    const before = await live()
    const reindexId = await search.request()
    const { ended } = await owner.transaction().execute(async (trx) => {
      await sql`lock table search_generation in share mode`.execute(trx)
      const opening = run(() => reindexing.openReindex({ reindexId })).catch((error) => error)
      await until(async () => (await search.indices()).length === 2, { what: 'its index' })
      await trx
        .updateTable('reindex')
        .set({ state: 'cancelled' })
        .where('id', '=', reindexId)
        .execute()
      // Not awaited here: it goes on when the lock is let go.
      return { ended: opening }
    })
    expect(await ended).toMatchObject({ type: 'ReindexOver' })
    expect(await search.reindexed(reindexId)).toMatchObject({ state: 'cancelled' })
    expect(await search.indices()).toEqual([before])
    expect(Object.values(await search.generations())).not.toContain('building')
  })

  it('stays ended, whoever is late, and closes no other one’s window', async () => {
    const late = await search.request()
    await run(() => reindexing.openReindex({ reindexId: late }))
    await run(() => reindexing.abandonReindex({ reindexId: late, state: 'cancelled' }))
    const reindexId = await search.reindex()
    await expect(run(() => reindexing.openReindex({ reindexId: late }))).rejects.toMatchObject({
      type: 'ReindexOver',
    })
    await run(() => reindexing.recordReindexState({ reindexId: late, state: 'verifying' }))
    expect(await search.reindexed(late)).toMatchObject({ state: 'cancelled' })
    expect(await search.reindexed(reindexId)).toMatchObject({ state: 'live' })
    expect(await run(() => reindexing.rollBackSwap({ reindexId }))).toBe('rolled-back')
  })

  it('is cleared up by the next one when its workflow was terminated', async () => {
    const lost = await search.request()
    await run(() => reindexing.openReindex({ reindexId: lost }))
    const { indexName } = await search.reindexed(lost)
    await owner.updateTable('reindex').set({ state: 'failed' }).where('id', '=', lost).execute()
    const reindexId = await search.reindex()
    await run(() => reindexing.closeWindow({ reindexId }))
    expect(await search.generations()).toMatchObject({ [indexName!]: 'failed' })
    expect(await search.indices()).toEqual([await live()])
  })
})

it('of two reindexes the second is told of the first, and is not on record', async () => {
  const [one, other] = await Promise.all([search.request(), search.request()])
  expect(one).toBe(other)
  expect(await owner.selectFrom('reindex').select('id').execute()).toEqual([{ id: one }])
  expect(
    await owner
      .selectFrom('event')
      .select('subject')
      .where('subject', '=', `reindex:${one}`)
      .execute(),
  ).toHaveLength(1)
})
