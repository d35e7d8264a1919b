import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { generateYml } from '../../bench/generate/yml.ts'
import { openMarketplace, type Marketplace } from '../../bench/marketplace.ts'
import { createApi, type Page } from '../../scripts/demo/api.ts'
import { openChildren } from '../../stack/children.ts'
import { openPorts } from '../../stack/ports.ts'
import { startApplication, type Application } from '../../stack/supervise.ts'
import { until } from '../support/until.ts'
import { startLoad } from './load.ts'

const OFFERS = 4_000

type Shop = Awaited<ReturnType<Marketplace['openShop']>>

let market: Marketplace

beforeAll(async () => {
  market = await openMarketplace()
}, 600_000)
afterAll(() => market.close(), 60_000)

describe('the whole application, two API processes and the workers', () => {
  let application: Application
  let folder: string
  let close: () => void
  let baseUrl: string
  let api: ReturnType<typeof createApi>

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'yarmarka-life-'))
    const children = await openChildren(join(folder, 'run'))
    const apiPort = await openPorts(false)('life', 0)
    close = () => children.close()
    application = await startApplication({
      root: join(import.meta.dirname, '../..'),
      logDir: join(import.meta.dirname, '../../.local/logs/life'),
      children,
      env: { ...market.env, LOG_LEVEL: 'info' },
      apiPort,
      workers: {
        worker: ['storefront', 'integrations', 'orders', 'fetching', 'pictures'],
        'worker-parsing': ['parsing'],
      },
      report: () => {},
    })
    baseUrl = `http://127.0.0.1:${apiPort}`
    api = createApi(baseUrl)
  }, 300_000)
  afterAll(async () => {
    await application.stop()
    close()
    await rm(folder, { recursive: true, force: true })
  }, 120_000)

  const importFeed = async (shop: Shop, offers: number, seed: number) => {
    const bytes = new Uint8Array(await buffer(Readable.from(generateYml({ offers, seed }))))
    const { id } = await api.upload(shop.apiKey, shop.shopId, { name: 'feed.xml', bytes })
    return id
  }
  const listed = async ({ shopId }: Shop, city = 'msk') =>
    (await api.get<Page<object>>(`/v1/listings?city=${city}&shop=${shopId}&limit=100`)).items.length
  const found = async ({ shopId }: Shop) => {
    const url = new URL(`/v1/search?q=${encodeURIComponent('чайник')}&limit=1`, baseUrl)
    const response = await fetch(url)
    const body = (await response.json()) as { total: number; status?: number }
    return { shopId, status: response.status, headers: response.headers, total: body.total }
  }

  it('is replaced process by process under load without a failed request or import', async () => {
    const shop = await market.openShop()
    const load = startLoad(baseUrl, [
      '/v1/cities',
      '/v1/listings?city=msk&limit=20',
      '/v1/categories',
    ])
    const imports = [await importFeed(shop, 2_000, 1)]
    const replaced = application.rollingRestart()
    imports.push(await importFeed(shop, 2_000, 2))
    await replaced
    imports.push(await importFeed(shop, 2_000, 3))
    const ends = await Promise.all(imports.map((id) => api.finished(shop.apiKey, id)))
    await load.stop()

    expect(ends.map(({ state }) => state)).toEqual(['completed', 'completed', 'completed'])
    expect(Object.fromEntries(load.failures)).toEqual({})
    expect(load.answered).toBeGreaterThan(100)
  }, 600_000)

  it('brings an import to its end through a crash of PostgreSQL that empties its stage', async () => {
    const shop = await market.openShop()
    const id = await importFeed(shop, OFFERS, 6)
    const position = () =>
      market.owner.db
        .selectFrom('import')
        .select(['rowsStaged', 'state'])
        .where('id', '=', id)
        .executeTakeFirstOrThrow()
    await until(async () => Number((await position()).rowsStaged) > 0, { everyMs: 5 })
    await market.stack.part('postgres').kill9()

    const ended = await until(
      async () => {
        const { state } = await position()
        return ['completed', 'failed', 'cancelled'].includes(state) && state
      },
      { deadlineMs: 120_000, what: 'the end of the import' },
    )
    expect(ended).toBe('completed')
    const { counts } = await api.finished(shop.apiKey, id)
    expect(counts).toMatchObject({ created: OFFERS, rejected: 0 })
  }, 600_000)

  it('lists and imports while Elasticsearch is dead, says so in search, and catches up', async () => {
    const shop = await market.openShop()
    const elasticsearch = market.stack.part('elasticsearch')
    await elasticsearch.kill9()
    const refused = await until(async () => {
      const answer = await found(shop)
      return answer.status === 503 && answer
    })
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)

    const id = await importFeed(shop, 500, 4)
    expect((await api.finished(shop.apiKey, id)).state).toBe('completed')
    await until(async () => (await listed(shop)) === 100, { what: 'the listing' })

    await until(async () => (await found(shop)).total > 0, { deadlineMs: 120_000, what: 'search' })
    await until(
      async () => {
        const answer = await market.owner.db
          .selectFrom('change')
          .select('shopProductId')
          .whereRef('searchVersion', '<', 'version')
          .limit(1)
          .executeTakeFirst()
        return answer === undefined
      },
      { deadlineMs: 120_000, what: 'the projection' },
    )
  }, 600_000)

  it('answers every listing while Redis is dead, and drops what changed meanwhile', async () => {
    const shop = await market.openShop()
    await importFeed(shop, 50, 5)
    await until(async () => (await listed(shop)) > 0, { what: 'the listing' })
    const load = startLoad(baseUrl, [`/v1/listings?city=msk&shop=${shop.shopId}&limit=100`])
    await market.stack.part('redis').kill9()
    await market.owner.db
      .updateTable('shopProduct')
      .set({ priceMinor: 777 })
      .where('shopId', '=', shop.shopId)
      .execute()
    const cheapest = async () => {
      const path = `/v1/listings?city=msk&shop=${shop.shopId}&limit=100`
      const { items } = await api.get<Page<{ price: { amount: number } }>>(path)
      return items.every(({ price }) => price.amount === 777)
    }
    await until(cheapest, { deadlineMs: 60_000, what: 'the new prices' })
    await load.stop()

    expect(Object.fromEntries(load.failures)).toEqual({})
  }, 600_000)
})
