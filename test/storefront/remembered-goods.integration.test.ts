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
  toCandidate,
  WIDE_CANDIDATES,
  type SuggestQuestion,
} from '../../domain/storefront/suggested-goods.ts'
import { typedText } from '../../domain/storefront/typed-text.ts'
import { freshElasticsearch } from '../support/elasticsearch.ts'
import { freshDatabase } from '../support/postgres.ts'
import { sampler } from '../support/sampler.ts'
import { fillSearchCatalogue } from '../support/search-catalogue.ts'
import { until } from '../support/until.ts'
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

type Request = { size: number }

/** One process: what it asked while somebody waited, what it asks where nobody does, and whether it is answered. */
function openProcess({ isWidened = true, wideAfter = Promise.resolve() } = {}) {
  const search = Object.assign(Object.create(server.client) as Client, {
    async search(request: Parameters<Client['search']>[0]) {
      const isWide = (request as Request).size === WIDE_CANDIDATES
      if (isWide) process.wide++
      else process.asked++
      if (process.isAway || (isWide && !process.isWidened)) throw new Error('It is away')
      process.onTheirWay++
      try {
        if (isWide) await wideAfter
        return await server.client.search(request)
      } finally {
        process.onTheirWay--
      }
    },
  })
  const process = {
    ...{ isWidened, isAway: false, asked: 0, wide: 0, onTheirWay: 0 },
    find: rememberedGoods(search, index.alias),
    /** Once nothing is on its way that nobody waits for. */
    rest: () => until(() => process.onTheirWay === 0, { everyMs: 1, what: 'wide answers' }),
  }
  return process
}

async function askElasticsearch(question: SuggestQuestion) {
  const request = { index: index.alias, ...goodsRequest(question) }
  const { hits } = await server.client.search<FoundDocument>(request)
  return bestOf(hits.hits.map(({ _source }) => toCandidate(_source!)))
}

/** Takes a good off sale. */
async function take({ id }: FoundDocument) {
  await owner.updateTable('shopProduct').set({ active: false }).where('id', '=', id).execute()
  await project()
}

const { softMs, hardMs, staleOnErrorMs } = CACHE_POLICIES.suggestions
const later = (ms: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms })

describe('goods out of those found for fewer letters', () => {
  it('are those that Elasticsearch has for all letters and the city, of which it is asked for few', async () => {
    later(0)
    const process = openProcess()
    const narrow = openProcess({ isWidened: false })
    const { one, chance } = sampler(11)
    const { rows } = await sql<{ name: string }>`select name from product`.execute(owner)
    const begin = () => ({
      // What follows a hyphen is left to the index.
      text: chance(0.1) ? one(rows).name : one(rows).name.replace('-', ' '),
      city: chance(0.8) ? one(cities) : undefined,
      length: 0,
    })
    const typists = Array.from({ length: 5 }, begin)
    let letters = 0
    for (; letters < 1_000; letters++) {
      const place = letters % typists.length
      const { text, city, length } = typists[place]!
      const question = { q: typedText(text.slice(0, length + 1)), city }
      typists[place] = length + 1 < text.length ? { text, city, length: length + 1 } : begin()

      const inIndex = await askElasticsearch(question)
      for (const { find, rest } of [process, narrow]) {
        expect((await find(question)).goods, JSON.stringify(question)).toEqual(inIndex)
        await rest()
      }
    }
    expect(narrow.asked).toBeLessThan(letters / 3)
    expect(process.asked).toBeLessThan(narrow.asked * 0.75)
  })

  it('are of their city, out of those of all cities where these suffice', async () => {
    const process = openProcess()
    const first = await process.find({ q: 'ча', city: cities[0] })
    await process.rest()
    const second = await process.find({ q: 'ча', city: cities[1] })
    expect(second.goods).toEqual(await askElasticsearch({ q: 'ча', city: cities[1] }))
    expect(second.goods).not.toEqual(first.goods)
    expect(second.outcome).toBe('memory')
    expect(process.asked).toBe(1)
  })

  it('are of their city, which is asked for where those of all cities do not suffice', async () => {
    const process = openProcess({ isWidened: false })
    await process.find({ q: 'ч', city: cities[0] })
    const { goods, outcome } = await process.find({ q: 'ч', city: cities[1] })
    expect(goods).toEqual(await askElasticsearch({ q: 'ч', city: cities[1] }))
    expect(outcome).toBe('stored')
  })

  it('are asked for once by all who type the same at the same time', async () => {
    const process = openProcess()
    await Promise.all(Array.from({ length: 20 }, () => process.find({ q: 'пл' })))
    expect(process.asked).toBe(1)
    await process.rest()
    expect(process.wide).toBe(1)
  })

  it('are asked for two at a time where nobody waits, and those who do are answered', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const process = openProcess({ wideAfter: promise })
    for (const q of ['ч', 'п', 'л', 'к']) await process.find({ q })
    expect(process).toMatchObject({ asked: 4, wide: 2 })
    resolve()
    await process.rest()
    await process.find({ q: 'с' })
    expect(process).toMatchObject({ asked: 5, wide: 3 })
    await process.rest()
  })

  it('are without those that are gone, once they were remembered for so long', async () => {
    const process = openProcess({ isWidened: false })
    const gone = (await process.find({ q: 'ча' })).goods[0]!
    await take(gone)

    later(softMs * (1 - JITTER) - 5_000)
    expect((await process.find({ q: 'чай' })).goods).toContainEqual(gone)
    expect(process.asked).toBe(1)
    later(hardMs * 2 * JITTER + 10_000)
    expect((await process.find({ q: 'чай' })).goods).not.toContainEqual(gone)
    expect(process.asked).toBe(2)
  })

  it('are asked for again behind those who use them, and nobody waits as long as they are used', async () => {
    later(0)
    const process = openProcess()
    const gone = (await process.find({ q: 'пл' })).goods[0]!
    await process.rest()
    await take(gone)
    const { wide } = process

    later((softMs * (1 - JITTER)) / 2 - 5_000)
    await process.find({ q: 'пле' })
    expect(process.wide).toBe(wide)
    later((softMs * JITTER) / 2 + 10_000)
    expect((await process.find({ q: 'пле' })).goods).toContainEqual(gone)
    await process.rest()
    expect(process.wide).toBe(wide + 1)
    later(softMs * (1 - JITTER) - 5_000)
    const { goods, outcome } = await process.find({ q: 'пле' })
    expect(outcome).toBe('memory')
    expect(goods).not.toContainEqual(gone)
    expect(process.asked).toBe(1)
  })

  it('are better than none while Elasticsearch is away, and not for ever', async () => {
    const process = openProcess()
    const { goods } = await process.find({ q: 'ча' })
    await process.rest()
    process.isAway = true
    later(softMs * (1 - JITTER) - 5_000)
    expect(await process.find({ q: 'ча' })).toEqual({ goods, outcome: 'memory' })
    later(hardMs * 2)
    expect(await process.find({ q: 'ча' })).toEqual({ goods, outcome: 'stale' })
    await expect(process.find({ q: 'яя' })).rejects.toThrow('away')
    later(staleOnErrorMs)
    await expect(process.find({ q: 'ча' })).rejects.toThrow('away')
  })
})
