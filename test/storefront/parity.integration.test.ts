import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createReindexingActivities } from '../../activities/storefront/reindexing.ts'
import type { BulkWriter } from '../../clients/elasticsearch/bulk-writer.ts'
import { parkDocuments } from '../../db/storefront/poison.ts'
import { giveUpGeneration } from '../../db/storefront/search-generations.ts'
import { bucketOf } from '../../domain/storefront/buckets.ts'
import { fillShop } from '../support/catalogue.ts'
import { createShop } from '../support/marketplace.ts'
import { searchByHand } from './search-by-hand.ts'

const search = await searchByHand()
const { database, elasticsearch, index, reindexing, run } = search
const owner = database.owner.db
afterAll(() => search.close())

/** Pages of PostgreSQL, and a cut in each of them. */
const GOODS = 1_300

beforeAll(async () => {
  await fillShop(owner, await createShop(owner), GOODS)
  await search.project()
})
beforeEach(async () => {
  await search.forgetReindexes()
  await search.project()
})

const setBrand = (id: string, brand: string) =>
  owner
    .updateTable('product')
    .set({ brand })
    .where('id', '=', (from) =>
      from.selectFrom('shopProduct').select('productId').where('id', '=', id),
    )
    .execute()
const expectWhole = async (indexName: string) =>
  expect(await search.searched(indexName)).toEqual(await search.expected())

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

  it('finds what differs wherever it lies, and each once', async () => {
    const { rows } = await sql<{ id: string }>`select id from shop_product order by id`.execute(
      owner,
    )
    const ids = rows.map(({ id }) => id)
    await search.raisePrices(sql`id = ${ids[700]}`)
    await owner
      .updateTable('shopProduct')
      .set({ active: false })
      .where('id', 'in', ids.slice(600, 800))
      .execute()
    await search.project()
    const { reindexId, indexName } = await fill()
    const published = Object.keys(await search.expected())
    const lacking = published.filter((_, at) => at % 7 === 0 || at === published.length - 1)
    // Among those that are not published, and behind the last shop product.
    const extra = [
      ...ids.slice(600, 800),
      String(Number(ids.at(-1)) + 1),
      String(Number(ids.at(-1)) + 1_000),
    ]
    for (const id of lacking) await elasticsearch.delete({ index: indexName, id })
    for (const id of extra)
      await elasticsearch.index({ index: indexName, id, document: { name: 'Лишний' } })
    expect(await verify(reindexId)).toBe('equal')
    expect((await search.reindexed(reindexId)).parity).toMatchObject({
      ...{ documents: published.length, differing: 0 },
      repaired: lacking.length + extra.length,
    })
    await expectWhole(indexName)
    await run(() => reindexing.abandonReindex({ reindexId, state: 'cancelled' }))
  })

  it('finds once what differs in a bucket to which a row comes late', async () => {
    const { rows } = await sql<{ id: string }>`select id from shop_product order by id`.execute(
      owner,
    )
    const ids = rows.map(({ id }) => id)
    const late = ids.findLast((id) => bucketOf(id) < bucketOf(ids[500]!))!
    await sql`create table kept as select * from shop_product where id = ${late}`.execute(owner)
    await sql`delete from shop_product where id = ${late}`.execute(owner)
    await search.project()
    const { reindexId, indexName } = await fill()
    const published = Object.keys(await search.expected())
    const lacking = published.findLast((id) => Number(id) < Number(late))!
    expect(bucketOf(lacking)).toBe(bucketOf(late))
    await elasticsearch.delete({ index: indexName, id: lacking })
    let isLate = false
    const mget = async (...given: Parameters<typeof elasticsearch.mget>) => {
      if (!isLate) {
        isLate = true
        await sql`insert into shop_product overriding system value select * from kept`.execute(
          owner,
        )
        await search.project()
      }
      return elasticsearch.mget(...given)
    }
    const watched = createReindexingActivities({
      ...search.deps,
      elasticsearch: Object.create(elasticsearch, {
        mget: { value: mget },
      }) as typeof elasticsearch,
    })
    expect(await run(() => watched.verifyParity({ reindexId }))).toBe('equal')
    expect(isLate).toBe(true)
    expect((await search.reindexed(reindexId)).parity).toMatchObject({ repaired: 1, differing: 0 })
    await expectWhole(indexName)
    await run(() => reindexing.abandonReindex({ reindexId, state: 'cancelled' }))
  })

  it('takes what waits in the change stream for no difference', async () => {
    const { reindexId } = await fill()
    await search.raisePrices(sql`id % 5 = 0`)
    const stop = search.startProjections('search')
    expect(await verify(reindexId)).toBe('equal')
    await stop()
    expect((await search.reindexed(reindexId)).parity).toMatchObject({ repaired: 0 })
    await run(() => reindexing.abandonReindex({ reindexId, state: 'cancelled' }))
  })

  it('proves nothing of what stays on its way, and waits for it', async () => {
    const impatient = createReindexingActivities({ ...search.deps, patienceMs: 500 })
    const { reindexId } = await fill()
    await search.raisePrices(sql`id % 100 = 0`)
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
      while (verifying) await search.raisePrices(sql`id = ${id}`)
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
      await search.raisePrices(sql`id = ${id}`)
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
