import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { issueApiKey } from '../../api/issue-api-key.ts'
import { connectObjectStore } from '../../clients/object-store.ts'
import { readConfig } from '../../config.ts'
import { createFeed, fillShop } from '../support/catalogue.ts'
import { freshEnvironment, type TestEnvironment } from '../support/environment.ts'
import { createShop, type TestShop } from '../support/marketplace.ts'
import {
  openProduct,
  type ApiProcess,
  type Product,
  type ProductProcess,
} from '../support/processes.ts'
import { until } from '../support/until.ts'

const ITEMS = 3_000

let environment: TestEnvironment
let product: Product
let api: ApiProcess
let worker: ProductProcess
let parsing: ProductProcess
let shop: TestShop
let authorization: string

beforeAll(async () => {
  environment = await freshEnvironment()
  product = await openProduct(environment.env)
  const owner = environment.database.owner.db
  shop = await createShop(owner)
  await fillShop(owner, shop, ITEMS)
  const { key } = await issueApiKey(owner, {
    sellerId: shop.sellerId,
    name: 'test',
    scopes: ['feeds:read', 'feeds:write'],
  })
  authorization = `Bearer ${key}`
  ;[api, worker, parsing] = await Promise.all([
    product.startApi(),
    product.startWorker('integrations'),
    product.startWorker('parsing'),
  ])
}, 240_000)
afterAll(async () => {
  await product.close()
  await environment.close()
}, 120_000)

type Publication = { id: string; state: string; items: number }

const call = (path: string, init: RequestInit = {}) =>
  fetch(`${api.url}${path}`, { ...init, headers: { authorization } })

async function ask(feedId: string): Promise<string> {
  const response = await call(`/v1/feeds/${feedId}/publish`, { method: 'POST' })
  expect(response.status).toBe(202)
  return response.headers.get('Location')!
}
const look = async (location: string) => (await (await call(location)).json()) as Publication
const ended = (location: string) =>
  until(
    async () => {
      const found = await look(location)
      return ['queued', 'building'].includes(found.state) ? undefined : found
    },
    { deadlineMs: 90_000, what: 'the publication' },
  )
const state = async (location: string, wanted: string) =>
  until(async () => (await look(location)).state === wanted, { everyMs: 1, what: wanted })

async function objectsOf(feedId: string): Promise<string[]> {
  const store = connectObjectStore(readConfig('worker', environment.env))
  const keys: string[] = []
  for await (const key of store.list(`feeds/${feedId}/`)) keys.push(key)
  store.close()
  return keys
}

describe('a feed, while its worker is killed', () => {
  it('keeps serving what was published, ends whole, and leaves no other object', async () => {
    const feed = await createFeed(environment.database.owner.db, shop)
    const path = `/feeds/${feed.token}.xml`
    const first = await ended(await ask(feed.id))
    expect(first).toMatchObject({ state: 'published', items: ITEMS })
    const before = await call(path)
    const whole = await before.text()
    expect(whole.match(/<offer /g)).toHaveLength(ITEMS)

    await environment.database.owner.db
      .updateTable('shopProduct')
      .set({ priceMinor: 77_700, oldPriceMinor: null })
      .where('shopId', '=', shop.shopId)
      .execute()
    const location = await ask(feed.id)
    await state(location, 'building')
    await parsing.kill9()
    expect((await call(path)).headers.get('ETag')).toBe(before.headers.get('ETag'))

    parsing = await product.startWorker('parsing')
    const second = await ended(location)
    expect(second).toMatchObject({ state: 'published', items: ITEMS })
    const now = await (await call(path)).text()
    expect(now.match(/<price>777.00<\/price>/g)).toHaveLength(ITEMS)
    const kept = [first, second]
      .flatMap(({ id }) => [`feeds/${feed.id}/${id}.xml`, `feeds/${feed.id}/${id}.xml.gz`])
      .sort()
    await until(async () => (await objectsOf(feed.id)).join() === kept.join(), {
      what: 'the sweep',
    })
  })

  it('is served while no worker runs, with what a fetcher needs to ask again', async () => {
    const feed = await createFeed(environment.database.owner.db, shop, { kind: 'google-shopping' })
    await ended(await ask(feed.id))
    await Promise.all([worker.terminate(), parsing.terminate()])
    for (const file of [`${feed.token}.xml`, `${feed.token}.tsv`]) {
      const response = await call(`/feeds/${file}`)
      expect(response.status).toBe(200)
      expect(response.headers.get('Content-Encoding')).toBe('gzip')
      expect(await response.text()).toContain('sku-3000')
      const again = await fetch(`${api.url}/feeds/${file}`, {
        headers: { 'If-None-Match': response.headers.get('ETag')! },
      })
      expect(again.status).toBe(304)
    }
  })
})
