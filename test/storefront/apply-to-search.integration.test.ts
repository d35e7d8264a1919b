import { sql } from 'kysely'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { applyToSearch, SearchIsAway } from '../../activities/storefront/apply-to-search.ts'
import { ensureLiveIndex } from '../../activities/storefront/ensure-live-index.ts'
import { createBulkWriter } from '../../clients/elasticsearch/bulk-writer.ts'
import { createIndex } from '../../clients/elasticsearch/indices.ts'
import { createLogger } from '../../clients/logger.ts'
import { readPendingDocuments } from '../../db/storefront/documents.ts'
import {
  listPoison,
  parkDocuments,
  retryDuePoison,
  retryPoison,
} from '../../db/storefront/poison.ts'
import {
  findLiveGeneration,
  giveUpGeneration,
  registerGeneration,
  reserveGenerationId,
} from '../../db/storefront/search-generations.ts'
import { endGeneration, listGenerations } from '../../db/storefront/swap-generations.ts'
import { listWriteTargets } from '../../db/storefront/search-targets.ts'
import { shopProductsIndex, type SearchIndex } from '../../domain/storefront/search-index.ts'
import { freshElasticsearch } from '../support/elasticsearch.ts'
import { createShop } from '../support/marketplace.ts'
import { freshDatabase } from '../support/postgres.ts'
import { until } from '../support/until.ts'
import { createCategory, createGood, settle, type Good } from './goods.ts'

const database = await freshDatabase()
const server = await freshElasticsearch()
const { client } = server
afterAll(async () => {
  await Promise.all([server.close(), database.drop()])
})
const system = database.system.db
const owner = database.owner.db
const log = createLogger({ level: 'silent', name: 'test' })
const writer = createBulkWriter(client, { tries: 2, pauseMs: 1, mostDocumentBytes: 20_000 })
const deps = { system, writer, log }

const shop = await createShop(owner)
const category = await createCategory(owner, 'Чайники')
const create = async (good: Partial<Good> = {}) =>
  (await createGood(owner, shop, { category, ...good })).shopProductId

const pending = () => readPendingDocuments(system, 'search', 100)
const project = async () => applyToSearch(deps, await pending())
const waiting = async () => (await pending()).map(({ shopProductId }) => shopProductId)
const rename = (name: string, shopProductId: string) =>
  owner
    .updateTable('product')
    .set({ name })
    .where('id', '=', (from) =>
      from.selectFrom('shopProduct').select('productId').where('id', '=', shopProductId),
    )
    .execute()
const setVendorCode = (vendorCode: string, shopProductId: string) =>
  owner
    .updateTable('product')
    .set({ vendorCode })
    .where('id', '=', (from) =>
      from.selectFrom('shopProduct').select('productId').where('id', '=', shopProductId),
    )
    .execute()

/** An index in which a vendor code must be a number: one of letters is poison. */
const choosy = {
  ...shopProductsIndex.mappings,
  properties: {
    ...(shopProductsIndex.mappings['properties'] as object),
    vendorCode: { type: 'long' },
  },
}
let index: SearchIndex
let live: string
let made = 0
beforeEach(async () => {
  await settle(system, 'search')
  await owner.deleteFrom('searchGeneration').execute()
  await owner.deleteFrom('poisonDocument').execute()
  const alias = `${server.prefix}goods-${made++}`
  index = { ...shopProductsIndex, alias, mappings: choosy }
  await ensureLiveIndex({ system, elasticsearch: client, index })
  live = (await findLiveGeneration(system))!.indexName
  // An index that was made anew has everything pending.
  await settle(system, 'search')
})
const nameIn = async (name: string, id: string) => {
  const found = await client.get<{ name: string }>({ index: name, id }, { ignore: [404] })
  return found._source?.name
}
const addIndex = async (settings: Record<string, unknown> = {}) => {
  const id = await reserveGenerationId(system)
  const indexName = `${index.alias}-1-${id}`
  await createIndex(client, shopProductsIndex, { name: indexName, settings })
  await registerGeneration(system, { id, indexName, schemaVersion: 1, state: 'building' })
  return indexName
}

describe('a document that an index refuses', () => {
  it('is parked with its reason and holds up nothing', async () => {
    const poison = await create({ vendorCode: 'ABC' })
    const good = await create({ name: 'Самовар' })
    expect(await project()).toBe(2)
    expect(await waiting()).toEqual([])
    expect(await nameIn(live, good)).toBe('Самовар')
    expect(await nameIn(live, poison)).toBeUndefined()
    const [parked] = await listPoison(system, { limit: 10 })
    expect(parked).toMatchObject({
      shopProductId: poison,
      indexName: live,
      status: 400,
      attempts: 1,
      retryAt: null,
    })
    expect(parked?.reason).toMatch(/vendorCode/)
  })

  it('is tried again when it changes, and off the list when it was taken', async () => {
    const poison = await create({ vendorCode: 'ABC' })
    await project()
    await rename('Всё ещё не число', poison)
    await project()
    expect(await listPoison(system, { limit: 10 })).toMatchObject([{ attempts: 2 }])
    await setVendorCode('17', poison)
    await project()
    expect(await listPoison(system, { limit: 10 })).toEqual([])
    expect(await nameIn(live, poison)).toBe('Всё ещё не число')
  })

  it('is off the list when it is deleted', async () => {
    const poison = await create({ vendorCode: 'ABC' })
    await project()
    await owner.deleteFrom('shopProduct').where('id', '=', poison).execute()
    await project()
    expect(await listPoison(system, { limit: 10 })).toEqual([])
  })

  it('is tried again on demand, as it is', async () => {
    const poison = await create({ vendorCode: 'ABC' })
    await project()
    const [parked] = await listPoison(system, { limit: 10 })
    expect(await retryPoison(system, parked!.id)).toMatchObject({ shopProductId: poison })
    expect(await waiting()).toEqual([poison])
    expect(await retryPoison(system, '0')).toBeUndefined()
  })

  it('is parked without being sent when it is too large', async () => {
    const large = await create({ description: 'Ж'.repeat(15_000) })
    await project()
    expect(await waiting()).toEqual([])
    expect(await listPoison(system, { limit: 10 })).toMatchObject([
      { shopProductId: large, status: 413, reason: expect.stringMatching(/too_large/) },
    ])
  })
})

describe('several indices', () => {
  it('take every change, those that are building and those that are retired', async () => {
    const building = await addIndex()
    const good = await create({ name: 'Самовар' })
    expect(await project()).toBe(1)
    expect(await nameIn(live, good)).toBe('Самовар')
    expect(await nameIn(building, good)).toBe('Самовар')
    await owner.deleteFrom('shopProduct').where('id', '=', good).execute()
    await project()
    expect(await nameIn(building, good)).toBeUndefined()
  })

  it('confirm a document only when each has taken it', async () => {
    const building = await addIndex()
    await client.indices.putSettings({ index: building, settings: { 'blocks.write': true } })
    const good = await create()
    await expect(project()).rejects.toThrow(SearchIsAway)
    expect(await nameIn(live, good)).toBeDefined()
    expect(await waiting()).toEqual([good])
    await client.indices.putSettings({ index: building, settings: { 'blocks.write': false } })
    expect(await project()).toBe(1)
    expect(await nameIn(building, good)).toBeDefined()
  })

  it('park what only one of them refuses', async () => {
    const building = await addIndex()
    const poison = await create({ vendorCode: 'ABC' })
    await project()
    expect(await nameIn(building, poison)).toBeDefined()
    expect(await listPoison(system, { limit: 10 })).toMatchObject([{ indexName: live }])
  })

  it('are not held up by one that somebody removed', async () => {
    const building = await addIndex()
    await client.indices.delete({ index: building })
    const good = await create()
    await expect(project()).rejects.toThrow(SearchIsAway)
    expect(await listWriteTargets(system)).toEqual([live])
    expect(await project()).toBe(1)
    expect(await nameIn(live, good)).toBeDefined()
  })

  describe('of which one takes nothing', () => {
    const block = (name: string, isBlocked = true) =>
      client.indices.putSettings({ index: name, settings: { 'blocks.write': isBlocked } })
    const stallFor = (minutes: number) =>
      sql`update search_generation set stalled_at = stalled_at - ${minutes} * interval '1 minute'`.execute(
        owner,
      )
    const stalledAt = async (name: string) =>
      (await listGenerations(system, 'building')).find(({ indexName }) => indexName === name)
        ?.stalledAt

    it('let it go after five minutes, and with it what it held up', async () => {
      const building = await addIndex()
      await block(building)
      const good = await create()
      await expect(project()).rejects.toThrow(SearchIsAway)
      await stallFor(4)
      await expect(project()).rejects.toThrow(SearchIsAway)
      expect(await listWriteTargets(system)).toEqual([live, building])
      await stallFor(2)
      await expect(project()).rejects.toThrow(SearchIsAway)
      expect(await listWriteTargets(system)).toEqual([live])
      expect(await project()).toBe(1)
      expect(await nameIn(live, good)).toBeDefined()
    })

    it('are asked about it only when there are several', async () => {
      let asked = 0
      const counted = system.withPlugin({
        transformQuery({ node }) {
          if (node.kind === 'RawNode' && node.sqlFragments.join().includes('stalled_at')) asked++
          return node
        },
        transformResult: async ({ result }) => result,
      })
      const projectCounted = async () =>
        applyToSearch({ ...deps, system: counted }, await pending())
      await create()
      await projectCounted()
      expect(asked).toBe(0)
      await addIndex()
      await create()
      await projectCounted()
      expect(asked).toBe(1)
    })

    it('begin to count anew when it takes something again', async () => {
      const building = await addIndex()
      await block(building)
      await create()
      await expect(project()).rejects.toThrow(SearchIsAway)
      expect(await stalledAt(building)).toEqual(expect.any(Date))
      await block(building, false)
      expect(await project()).toBe(1)
      expect(await stalledAt(building)).toBeNull()
    })

    it('do not blame it while the one that is searched takes nothing either', async () => {
      const building = await addIndex()
      await block(building)
      await create()
      await expect(project()).rejects.toThrow(SearchIsAway)
      await block(live)
      await expect(project()).rejects.toThrow(SearchIsAway)
      expect(await stalledAt(building)).toBeNull()
    })
  })

  it('keep everything pending when there is none to take it', async () => {
    await client.indices.delete({ index: live })
    const good = await create()
    await expect(project()).rejects.toThrow(SearchIsAway)
    expect(await waiting()).toEqual([good])
    expect(await listWriteTargets(system)).toEqual([live])
  })
})

describe('a write that comes late', () => {
  it('is left alone while the index remembers the delete', async () => {
    const good = await create()
    const late = await pending()
    await owner.deleteFrom('shopProduct').where('id', '=', good).execute()
    await project()
    expect(await applyToSearch(deps, late)).toBe(0)
    expect(await nameIn(live, good)).toBeUndefined()
    expect(await waiting()).toEqual([])
  })

  it('brings the document back when the index has forgotten, and is undone by the change row', async () => {
    await client.indices.putSettings({ index: live, settings: { gc_deletes: '0ms' } })
    const good = await create()
    const late = await pending()
    await owner.deleteFrom('shopProduct').where('id', '=', good).execute()
    await project()
    // Elasticsearch forgets deletes when it refreshes, by its clock of a second.
    const forgotten = async () => {
      await client.indices.refresh({ index: live })
      await applyToSearch(deps, late)
      return (await nameIn(live, good)) !== undefined
    }
    await until(forgotten)

    expect(await waiting()).toEqual([good])
    await project()
    expect(await nameIn(live, good)).toBeUndefined()
    expect(await waiting()).toEqual([])
  })

  it('of the delete itself deletes nothing that is newer', async () => {
    const good = await create({ name: 'Самовар' })
    await owner.updateTable('shopProduct').set({ active: false }).where('id', '=', good).execute()
    const late = await pending()
    await owner.updateTable('shopProduct').set({ active: true }).where('id', '=', good).execute()
    await project()
    await applyToSearch(deps, late)
    expect(await nameIn(live, good)).toBe('Самовар')
  })
})

describe('a failure that is nobody’s fault', () => {
  it('parks what failed beside others for a while, and makes it pending when it is due', async () => {
    const failing = await create()
    const good = await create()
    const flaky = {
      ...deps,
      writer: {
        write: async () => ({
          written: [good],
          stale: [],
          failed: [{ id: failing, status: 500, reason: 'broken', retryable: true }],
        }),
      },
    }
    await applyToSearch(flaky, await pending())
    const [parked] = await listPoison(system, { limit: 10 })
    expect(parked).toMatchObject({ shopProductId: failing, status: 500 })
    expect(parked?.retryAt?.getTime()).toBeGreaterThan(Date.now())
    await retryDuePoison(system, 10)
    expect(await waiting()).toEqual([])

    await owner.updateTable('poisonDocument').set({ retryAt: new Date() }).execute()
    await retryDuePoison(system, 10)
    expect(await waiting()).toEqual([failing])
    await project()
    expect(await listPoison(system, { limit: 10 })).toEqual([])
  })

  it.each([
    ['ended', (id: string) => endGeneration(system, id, 'failed')],
    ['given up', async (_id: string, name: string) => void (await giveUpGeneration(system, name))],
  ])(
    'is forgotten with an index that is %s, and nothing is tried for it any more',
    async (_, end) => {
      const building = await addIndex()
      const { id } = (await listGenerations(system, 'building'))[0]!
      const good = await create()
      await project()
      const refuse = (indexName: string) =>
        system.transaction().execute((trx) =>
          parkDocuments(trx, [
            {
              ...{ shopProductId: good, version: 1, indexName },
              ...{ status: 500, reason: 'broken', transient: true },
            },
          ]),
        )
      const allAreDue = () =>
        owner.updateTable('poisonDocument').set({ retryAt: new Date() }).execute()
      await refuse(building)
      await end(id, building)
      expect(await owner.selectFrom('poisonDocument').select('id').execute()).toEqual([])

      // A page that was under way.
      await refuse(building)
      await allAreDue()
      await retryDuePoison(system, 10)
      expect(await waiting()).toEqual([])
      await refuse(live)
      await allAreDue()
      await retryDuePoison(system, 10)
      expect(await waiting()).toEqual([good])
    },
  )

  it('leaves what was too much at once pending', async () => {
    const late = await create()
    const good = await create()
    const busy = {
      ...deps,
      writer: {
        write: async () => ({
          written: [good],
          stale: [],
          failed: [{ id: late, status: 429, reason: 'busy', retryable: true }],
        }),
      },
    }
    expect(await applyToSearch(busy, await pending())).toBe(1)
    expect(await waiting()).toEqual([late])
    expect(await listPoison(system, { limit: 10 })).toEqual([])
  })
})
