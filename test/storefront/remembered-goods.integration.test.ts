import type { Client } from '@elastic/elasticsearch'
import { sql } from 'kysely'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { rememberedGoods } from '../../api/storefront/remembered-goods.ts'
import { CACHE_POLICIES, JITTER } from '../../domain/storefront/cache-policies.ts'
import type { FoundDocument } from '../../domain/storefront/search-answer.ts'
import { shopProductsIndex } from '../../domain/storefront/search-index.ts'
import {
  bestOf,
  goodsRequest,
  type SuggestQuestion,
} from '../../domain/storefront/suggested-goods.ts'
import { typedText } from '../../domain/storefront/typed-text.ts'
import { freshElasticsearch } from '../support/elasticsearch.ts'
import { freshDatabase } from '../support/postgres.ts'
import { sampler } from '../support/sampler.ts'
import { fillSearchCatalogue } from '../support/search-catalogue.ts'
import { projectToSearch } from './storefront-app.ts'

const database = await freshDatabase()
const server = await freshElasticsearch()
afterAll(() => Promise.all([server.close(), database.drop()]))
afterEach(() => void vi.useRealTimers())

const owner = database.owner.db
const index = { ...shopProductsIndex, alias: `${server.prefix}shop-products` }
const { cities } = await fillSearchCatalogue(owner, 2_000)
const project = () => projectToSearch(database.system.db, server.client, index)
await project()

/** One process, how often it asked, and whether it is answered. */
function openProcess() {
  const search = Object.assign(Object.create(server.client) as Client, {
    async search(request: Parameters<Client['search']>[0]) {
      process.asked++
      if (process.isAway) throw new Error('Elasticsearch is away')
      return server.client.search(request)
    },
  })
  const process = { asked: 0, isAway: false, find: rememberedGoods(search, index.alias) }
  return process
}

async function askElasticsearch(question: SuggestQuestion) {
  const request = { index: index.alias, ...goodsRequest(question) }
  const { hits } = await server.client.search<FoundDocument>(request)
  return bestOf(hits.hits.map(({ _source }) => _source!))
}

const { softMs, hardMs, staleOnErrorMs } = CACHE_POLICIES.suggestions
const later = (ms: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms })

describe('goods out of those found for fewer letters', () => {
  it('are those that Elasticsearch has for all letters, of which it is asked for few', async () => {
    const process = openProcess()
    const { one, chance } = sampler(11)
    const { rows } = await sql<{ name: string }>`select name from product`.execute(owner)
    let letters = 0
    for (let text = 0; text < 40; text++) {
      const typed = one(rows).name
      const city = chance(0.7) ? one(cities) : undefined
      for (let length = 1; length <= typed.length; length++) {
        const question = { q: typedText(typed.slice(0, length)), city }
        const { goods } = await process.find(question)
        expect(goods, JSON.stringify(question)).toEqual(await askElasticsearch(question))
        letters++
      }
    }
    expect(letters).toBeGreaterThan(500)
    expect(process.asked).toBeLessThan(letters / 3)
  })

  it('are of their city', async () => {
    const process = openProcess()
    const first = await process.find({ q: 'ча', city: cities[0] })
    const second = await process.find({ q: 'ча', city: cities[1] })
    expect(second.goods).toEqual(await askElasticsearch({ q: 'ча', city: cities[1] }))
    expect(second.goods).not.toEqual(first.goods)
    expect(process.asked).toBe(2)
  })

  it('are asked for once by all who type the same at the same time', async () => {
    const process = openProcess()
    await Promise.all(Array.from({ length: 20 }, () => process.find({ q: 'пл' })))
    expect(process.asked).toBe(1)
  })

  it('are without those that are gone, once they were remembered for so long', async () => {
    const process = openProcess()
    const gone = (await process.find({ q: 'ча' })).goods[0]!
    await owner
      .updateTable('shopProduct')
      .set({ active: false })
      .where('id', '=', gone.id)
      .execute()
    await project()

    later(softMs * (1 - JITTER) - 5_000)
    expect((await process.find({ q: 'чай' })).goods).toContainEqual(gone)
    expect(process.asked).toBe(1)
    later(hardMs * 2 * JITTER + 10_000)
    expect((await process.find({ q: 'чай' })).goods).not.toContainEqual(gone)
    expect(process.asked).toBe(2)
  })

  it('are better than none while Elasticsearch is away, and not for ever', async () => {
    const process = openProcess()
    const { goods } = await process.find({ q: 'ча' })
    process.isAway = true
    later(hardMs * 2)
    expect(await process.find({ q: 'ча' })).toEqual({ goods, outcome: 'stale' })
    await expect(process.find({ q: 'яя' })).rejects.toThrow('away')
    later(staleOnErrorMs)
    await expect(process.find({ q: 'ча' })).rejects.toThrow('away')
  })
})
