import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createReindexingActivities } from '../../activities/storefront/reindexing.ts'
import type { BulkWriter } from '../../clients/elasticsearch/bulk-writer.ts'
import { parkDocuments } from '../../db/storefront/poison.ts'
import { findLiveGeneration, giveUpGeneration } from '../../db/storefront/search-generations.ts'
import { fillShop } from '../support/catalogue.ts'
import { createShop, type TestShop } from '../support/marketplace.ts'
import { until } from '../support/until.ts'
import { searchByHand } from './search-by-hand.ts'

const search = await searchByHand()
const { database, elasticsearch, index, reindexing, run } = search
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

const raisePrices = (condition = sql<boolean>`true`) =>
  sql`update shop_product set price_minor = price_minor + 1 where ${condition}`.execute(owner)
const setBrand = (id: string, brand: string) =>
  owner
    .updateTable('product')
    .set({ brand })
    .where('id', '=', (from) =>
      from.selectFrom('shopProduct').select('productId').where('id', '=', id),
    )
    .execute()
const live = async () => (await search.behindAlias())[0]!
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

  it('gives the index its own settings back', async () => {
    await search.reindex()
    const [settings] = Object.values(
      await elasticsearch.indices.getSettings({ index: index.alias }),
    )
    expect(settings?.settings?.index).toMatchObject({
      ...{ refresh_interval: '500ms', auto_expand_replicas: '0-1' },
    })
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
      await raisePrices(sql`id % 10 = ${turn} and shop_id = ${shop.shopId}`)
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

describe('the parity check', () => {
  const fill = async () => {
    const reindexId = await search.request()
    await run(() => reindexing.openReindex({ reindexId }))
    while (!(await run(() => reindexing.backfillPages({ reindexId }))).ended);
    const { indexName } = await search.reindexed(reindexId)
    return { reindexId, indexName: indexName! }
  }
  const verify = (reindexId: string) => run(() => reindexing.verifyParity({ reindexId }))

  it('finds and mends what the new index lacks, holds in another version, or should not hold', async () => {
    const { reindexId, indexName } = await fill()
    const [lacking, altered] = Object.keys(await search.expected()) as [string, string]
    await elasticsearch.delete({ index: indexName, id: lacking })
    await elasticsearch.update({ index: indexName, id: altered, doc: { priceMinor: 1 } })
    await elasticsearch.index({
      ...{ index: indexName, id: '999999999', document: { name: 'Лишний' } },
    })
    await elasticsearch.index({ index: indexName, id: 'made-up', document: { name: 'Чужой' } })
    expect(await verify(reindexId)).toBe('equal')
    expect((await search.reindexed(reindexId)).parity).toMatchObject({ repaired: 4, differing: 0 })
    await expectWhole(indexName)
    await run(() => reindexing.abandonReindex({ reindexId, state: 'cancelled' }))
  })

  it('takes what waits in the change stream for no difference', async () => {
    const { reindexId } = await fill()
    await raisePrices(sql`id % 5 = 0`)
    const stop = search.startProjections('search')
    expect(await verify(reindexId)).toBe('equal')
    await stop()
    expect((await search.reindexed(reindexId)).parity).toMatchObject({ repaired: 0 })
    await run(() => reindexing.abandonReindex({ reindexId, state: 'cancelled' }))
  })

  it('proves nothing of what stays on its way, and waits for it', async () => {
    const impatient = createReindexingActivities({ ...search.deps, patienceMs: 500 })
    const { reindexId } = await fill()
    await raisePrices(sql`id % 100 = 0`)
    expect(await run(() => impatient.verifyParity({ reindexId }))).toBe('differs')
    const { parity } = await search.reindexed(reindexId)
    expect(parity).toMatchObject({ differing: 0, repaired: 0 })
    expect(parity?.unsettled).toBeGreaterThan(0)
    const stop = search.startProjections('search')
    expect(await verify(reindexId)).toBe('equal')
    await stop()
    expect((await search.reindexed(reindexId)).parity).toMatchObject({ unsettled: 0 })
    await run(() => reindexing.abandonReindex({ reindexId, state: 'cancelled' }))
  })

  it('waits for no end of what changes again and again while it is carried', async () => {
    const [id] = Object.keys(await search.expected()) as [string]
    const { reindexId } = await fill()
    const stop = search.startProjections('search')
    let verifying = true
    const changing = (async () => {
      while (verifying) await raisePrices(sql`id = ${id}`)
    })()
    expect(await verify(reindexId)).toBe('equal')
    verifying = false
    await Promise.all([changing, stop()])
    expect((await search.reindexed(reindexId)).parity).toMatchObject({ unsettled: 0 })
    await run(() => reindexing.abandonReindex({ reindexId, state: 'cancelled' }))
  })

  it('lets none go that the new index refuses and the one that is searched takes, be it all', async () => {
    const properties = {
      ...(index.mappings['properties'] as object),
      vendorCode: { type: 'long' },
    }
    const choosy = createReindexingActivities({
      ...search.deps,
      index: { ...index, mappings: { ...index.mappings, properties } },
    })
    const stop = search.startProjections('search')
    const reindexId = await search.request()
    await run(() => choosy.openReindex({ reindexId }))
    while (!(await run(() => choosy.backfillPages({ reindexId }))).ended);
    expect(await run(() => choosy.verifyParity({ reindexId }))).toBe('differs')
    await stop()
    expect((await search.reindexed(reindexId)).parity).toMatchObject({
      differing: Object.keys(await search.expected()).length,
      parked: 0,
      refusal: expect.stringContaining('vendorCode'),
    })
    await run(() => choosy.abandonReindex({ reindexId, state: 'failed', problem: 'parity' }))
  })

  describe('of what never rests, and the new index refused', () => {
    const REASON = 'document_parsing: no number'
    const refusing: BulkWriter = {
      write: async (_, operations) => ({
        ...{ written: [], stale: [] },
        failed: operations.map(({ id }) => ({
          ...{ id, status: 400, reason: REASON, retryable: false },
        })),
      }),
    }
    const impatient = createReindexingActivities({
      ...search.deps,
      ...{ writer: refusing, patienceMs: 500 },
    })
    const park = (indexName: string, shopProductId: string, version: number) =>
      search.deps.system.transaction().execute((trx) =>
        parkDocuments(trx, [
          {
            ...{ shopProductId, indexName, version },
            ...{ status: 400, reason: REASON, transient: false },
          },
        ]),
      )

    it.each([
      ['differs when that was its newest version', 1_000_000_000, { differing: 1, unsettled: 0 }],
      ['tells why even when it was an older one', 1, { differing: 0, unsettled: 1 }],
    ])('%s', async (_, version, counts) => {
      const { reindexId, indexName } = await fill()
      const [id] = Object.keys(await search.expected()) as [string]
      await park(indexName, id, version)
      await raisePrices(sql`id = ${id}`)
      expect(await run(() => impatient.verifyParity({ reindexId }))).toBe('differs')
      expect((await search.reindexed(reindexId)).parity).toMatchObject({
        ...{ ...counts, refusal: REASON },
      })
      await run(() => reindexing.abandonReindex({ reindexId, state: 'failed', problem: 'parity' }))
    })
  })

  it('lets go what neither index takes', async () => {
    const [, id] = Object.keys(await search.expected()) as [string, string]
    await setBrand(id, 'я'.repeat(20_000))
    await search.project()
    const stop = search.startProjections('search')
    const { reindexId } = await fill()
    expect(await verify(reindexId)).toBe('equal')
    await stop()
    expect((await search.reindexed(reindexId)).parity).toMatchObject({ differing: 0, parked: 1 })
    await run(() => reindexing.abandonReindex({ reindexId, state: 'cancelled' }))
    await setBrand(id, 'Бирюса')
  })

  it('tells when the index was let go while it was compared; another is filled', async () => {
    const { reindexId, indexName } = await fill()
    const [lacking] = Object.keys(await search.expected()) as [string]
    await elasticsearch.delete({ index: indexName, id: lacking })
    const { system, writer } = search.deps
    const repairing = createReindexingActivities({
      ...search.deps,
      writer: {
        async write(...given) {
          await giveUpGeneration(system, indexName)
          return writer.write(...given)
        },
      },
    })
    expect(await run(() => repairing.verifyParity({ reindexId }))).toBe('lost')
    while (!(await run(() => reindexing.backfillPages({ reindexId }))).ended);
    expect(await verify(reindexId)).toBe('equal')
    await run(() => reindexing.abandonReindex({ reindexId, state: 'cancelled' }))
  })

  it('tells when Elasticsearch has lost the index; filled again, it is whole', async () => {
    const { reindexId, indexName } = await fill()
    await elasticsearch.indices.delete({ index: indexName })
    expect(await verify(reindexId)).toBe('lost')
    while (!(await run(() => reindexing.backfillPages({ reindexId }))).ended);
    expect(await verify(reindexId)).toBe('equal')
    const { indexName: another } = await search.reindexed(reindexId)
    await expectWhole(another!)
    expect(await search.generations()).toMatchObject({ [indexName]: 'failed' })
    await run(() => reindexing.abandonReindex({ reindexId, state: 'cancelled' }))
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
    await raisePrices()
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
    await raisePrices(sql`id % 100 = 0`)
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
