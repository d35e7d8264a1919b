import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { issueApiKey } from '../../api/issue-api-key.ts'
import { createApi } from '../../scripts/demo/api.ts'
import { startCollector } from '../support/collector.ts'
import { freshEnvironment, type TestEnvironment } from '../support/environment.ts'
import { createShop, type TestShop } from '../support/marketplace.ts'
import { openProduct, type ApiProcess, type Product } from '../support/processes.ts'
import { until } from '../support/until.ts'

let environment: TestEnvironment
let collector: Awaited<ReturnType<typeof startCollector>>
let product: Product
let api: ApiProcess
let shop: TestShop
let apiKey: string

beforeAll(async () => {
  ;[environment, collector] = await Promise.all([freshEnvironment(), startCollector()])
  const { db } = environment.database.owner
  shop = await createShop(db)
  const { key } = await issueApiKey(db, {
    sellerId: shop.sellerId,
    name: 'trace',
    scopes: ['imports:write', 'imports:read'],
  })
  apiKey = key
  product = await openProduct({ ...environment.env, ...collector.env })
  ;[api] = await Promise.all([product.startApi(), product.startWorker()])
})
afterAll(async () => {
  await product?.close()
  await collector?.close()
  await environment?.close()
})

const feed = new URL('../../scripts/demo/feeds/home.xml', import.meta.url)

it('one trace leads from an upload to its rows, and the writes to the index link back to it', async () => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
  const client = createApi(api.url)
  const upload = await client.upload(
    apiKey,
    shop.shopId,
    { name: 'home.xml', bytes: Uint8Array.from(await readFile(feed)) },
    { traceparent: `00-${traceId}-00f067aa0ba902b7-01` },
  )
  expect((await client.finished(apiKey, upload.id)).state).toBe('completed')

  const found = () => collector.spansOf(traceId)
  const named = (name: string) => found().find((span) => span.name === name)
  const path = [
    'POST /v1/imports',
    'StartWorkflow:importCatalog',
    'RunWorkflow:importCatalog',
    'RunActivity:stageRows',
    'RunActivity:mergeStage',
  ]
  await until(() => path.every(named), { what: 'the spans of the whole path' })
  expect(named('POST /v1/imports')?.service).toBe('yarmarka-api')
  expect(named('RunActivity:mergeStage')?.service).toBe('yarmarka-workers')
  const merge = named('RunActivity:mergeStage')
  expect(
    found().filter(
      ({ name, parentSpanId }) => name.startsWith('pg.query') && parentSpanId === merge?.spanId,
    ),
  ).not.toEqual([])

  const bulk = await until(() =>
    collector.linkedTo(traceId).find(({ name }) => name === 'project to search'),
  )
  expect(bulk.traceId).not.toBe(traceId)
})
