import type { Client as Elasticsearch } from '@elastic/elasticsearch'
import { MockActivityEnvironment } from '@temporalio/testing'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { ensureLiveIndex } from '../../activities/storefront/ensure-live-index.ts'
import {
  createStorefrontActivities,
  type StorefrontDeps,
} from '../../activities/storefront/index.ts'
import { writeAlias } from '../../clients/elasticsearch/indices.ts'
import { readPendingDocuments } from '../../db/storefront/documents.ts'
import {
  findLiveGeneration,
  registerGeneration,
  reserveGenerationId,
} from '../../db/storefront/search-generations.ts'
import { listWriteTargets } from '../../db/storefront/search-targets.ts'
import { shopProductsIndex, type SearchIndex } from '../../domain/storefront/search-index.ts'
import { freshElasticsearch } from '../support/elasticsearch.ts'
import { createShop } from '../support/marketplace.ts'
import { freshDatabase } from '../support/postgres.ts'
import { createCategory, createGood, settle } from './goods.ts'

const database = await freshDatabase()
const server = await freshElasticsearch()
const { client: elasticsearch } = server
afterAll(async () => {
  await Promise.all([server.close(), database.drop()])
})
const system = database.system.db
const owner = database.owner.db

let index: SearchIndex
let made = 0
beforeEach(async () => {
  await owner.deleteFrom('searchGeneration').execute()
  index = { ...shopProductsIndex, alias: `${server.prefix}goods-${made++}` }
})
const ensure = (given = index) => ensureLiveIndex({ system, elasticsearch, index: given })
/** The client, but for how it deals with indices. */
const withIndices = (different: object): Elasticsearch =>
  Object.create(elasticsearch, {
    indices: { value: Object.assign(Object.create(elasticsearch.indices), different) },
  })
const behindAlias = async () =>
  Object.keys(await elasticsearch.indices.getAlias({ name: index.alias }))

describe('the live index', () => {
  it('is made and registered once, by however many at the same time', async () => {
    await Promise.all([1, 2, 3].map(() => ensure()))
    await ensure()
    const live = await findLiveGeneration(system)
    expect(live).toMatchObject({ schemaVersion: index.version, liveAt: expect.any(Date) })
    expect(live?.indexName).toBe(`${index.alias}-${index.version}-${live?.id}`)
    expect(await behindAlias()).toEqual([live?.indexName])
    expect(await listWriteTargets(system)).toEqual([live?.indexName])
    expect(
      await elasticsearch.indices.existsAlias({ name: writeAlias(live?.indexName ?? '') }),
    ).toBe(true)
  })

  it('is made by the next one when the first came no further than its registration', async () => {
    const id = await reserveGenerationId(system)
    const indexName = `${index.alias}-1-${id}`
    await registerGeneration(system, { id, indexName, schemaVersion: 1, state: 'live' })
    await ensure()
    expect(await behindAlias()).toEqual([indexName])
    expect(await findLiveGeneration(system)).toMatchObject({ schemaVersion: index.version })
  })

  it('is made anew with the schema of today, and put on record so, whenever who makes it ends', async () => {
    const older = { ...index, version: index.version - 1 }
    await ensure(older)
    const [lost] = await behindAlias()
    await elasticsearch.indices.delete({ index: lost! })
    const create = async (...given: Parameters<typeof elasticsearch.indices.create>) => {
      await elasticsearch.indices.create(...given)
      throw new Error('cut off')
    }
    await expect(
      ensureLiveIndex({ system, index, elasticsearch: withIndices({ create }) }),
    ).rejects.toThrow('cut off')
    await ensure()
    expect(await findLiveGeneration(system)).toMatchObject({
      ...{ indexName: lost, schemaVersion: index.version },
    })
    const { mappings } = (await elasticsearch.indices.getMapping({ index: lost! }))[lost!]!
    expect(mappings.dynamic).toBe('strict')
  })

  it('takes the alias over from an index that nobody registered', async () => {
    const stray = `${index.alias}-v1`
    await elasticsearch.indices.create({ index: stray, aliases: { [index.alias]: {} } })
    await ensure()
    expect(await behindAlias()).toEqual([(await findLiveGeneration(system))?.indexName])
  })

  it('leaves the alias to the newer index to which it was swapped', async () => {
    await ensure()
    const [first] = await behindAlias()
    await elasticsearch.indices.create({ index: `${index.alias}-next` })
    await elasticsearch.indices.updateAliases({
      actions: [
        { remove: { index: first!, alias: index.alias } },
        { add: { index: `${index.alias}-next`, alias: index.alias } },
      ],
    })
    await ensure()
    expect(await behindAlias()).toEqual([`${index.alias}-next`])
  })

  it('keeps its alias when an attempt that was slow finds that another one made it', async () => {
    await ensure()
    const [name] = await behindAlias()
    await ensureLiveIndex({
      system,
      index,
      elasticsearch: withIndices({ exists: async () => false }),
    })
    expect(await behindAlias()).toEqual([name])
  })

  it('is given back the aliases that somebody took', async () => {
    await ensure()
    const [name] = await behindAlias()
    const taken = [index.alias, writeAlias(name!)]
    await elasticsearch.indices.deleteAlias({ index: name!, name: taken })
    await ensure()
    const { aliases } = (await elasticsearch.indices.getAlias({ index: name! }))[name!]!
    expect(Object.keys(aliases).sort()).toEqual(taken)
  })

  it('is ensured under heartbeats, however long it takes to make everything pending', async () => {
    const environment = new MockActivityEnvironment()
    const beaten = new Promise((resolve) => environment.on('heartbeat', resolve))
    const exists = async () => {
      await beaten
      environment.cancel()
      return false
    }
    const { projectPages } = createStorefrontActivities({
      ...{ system, index, elasticsearch: withIndices({ exists }) },
      ...({} as Omit<StorefrontDeps, 'system' | 'index' | 'elasticsearch'>),
    })
    expect(await environment.run(() => projectPages({ sink: 'search' }))).toBe(0)
  })

  it('is made anew when Elasticsearch lost it, and everything is pending again', async () => {
    await ensure()
    const shop = await createShop(owner)
    const category = await createCategory(owner, 'Чайники')
    const good = await createGood(owner, shop, { category })
    await settle(system, 'search')
    expect(await readPendingDocuments(system, 'search', 10)).toEqual([])

    const [lost] = await behindAlias()
    await elasticsearch.indices.delete({ index: lost! })
    await ensure()
    expect(await behindAlias()).toEqual([lost])
    expect(await readPendingDocuments(system, 'search', 10)).toMatchObject([
      { shopProductId: good.shopProductId },
    ])
  })

  it('of an older schema takes documents with fields that it does not know', async () => {
    await ensure()
    await ensure({ ...index, version: index.version + 1 })
    const [name] = await behindAlias()
    await elasticsearch.index({ index: name!, id: '1', document: { novelty: 'yes' } })
    expect(await elasticsearch.exists({ index: name!, id: '1' })).toBe(true)
  })
})

describe('write targets', () => {
  const add = async (state: 'building' | 'live') => {
    const id = await reserveGenerationId(system)
    const generation = { id, indexName: `${index.alias}-1-${id}`, schemaVersion: 1, state }
    return { generation, registered: await registerGeneration(system, generation) }
  }
  const become = (id: string, state: 'live' | 'retired' | 'dropped' | 'failed') =>
    system.updateTable('searchGeneration').set({ state }).where('id', '=', id).execute()

  it('are what is building, live or retired', async () => {
    const [dropped, failed, retired] = [await add('live'), await add('building'), await add('live')]
    expect(retired.registered).toBe(false)
    await become(dropped.generation.id, 'dropped')
    await become(failed.generation.id, 'failed')
    const old = await add('live')
    await become(old.generation.id, 'retired')
    const live = await add('live')
    const building = await add('building')
    expect(await listWriteTargets(system)).toEqual([
      old.generation.indexName,
      live.generation.indexName,
      building.generation.indexName,
    ])
  })

  it('are registered once, and one building at a time', async () => {
    const first = await add('building')
    expect(await registerGeneration(system, first.generation)).toBe(true)
    expect((await add('building')).registered).toBe(false)
  })
})
