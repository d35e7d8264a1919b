import { Client } from '@elastic/elasticsearch'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { issueApiKey } from '../../api/issue-api-key.ts'
import { shopProductsIndex } from '../../domain/storefront/search-index.ts'
import { fillShop } from '../support/catalogue.ts'
import { startCollector } from '../support/collector.ts'
import { freshEnvironment, type TestEnvironment } from '../support/environment.ts'
import { createShop } from '../support/marketplace.ts'
import { openProduct, type ApiProcess, type Product } from '../support/processes.ts'
import { until } from '../support/until.ts'

let environment: TestEnvironment
let collector: Awaited<ReturnType<typeof startCollector>>
let product: Product
let api: ApiProcess

beforeAll(async () => {
  ;[environment, collector] = await Promise.all([freshEnvironment(), startCollector()])
  product = await openProduct({ ...environment.env, ...collector.env })
  ;[api] = await Promise.all([product.startApi(), product.startWorker()])
})
afterAll(async () => {
  await product?.close()
  await collector?.close()
  await environment?.close()
})

it('what a drift cycle found is exported as a metric', async () => {
  const elasticsearch = new Client({ node: environment.env['ELASTICSEARCH_URL']! })
  const { db } = environment.database.owner
  await fillShop(db, await createShop(db), 1)
  const extra = { id: '999999999', document: { name: 'Лишний' } }
  await until(
    () => elasticsearch.index({ ...extra, index: shopProductsIndex.alias, require_alias: true }),
    { what: 'the index of the first document' },
  )
  await elasticsearch.close()
  const { key } = await issueApiKey(db, { sellerId: null, name: 'drift', scopes: ['admin'] })
  const asked = await fetch(`${api.url}/v1/admin/drift`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
  })
  expect(asked.status).toBe(202)
  const [found, repaired] = await until(
    () => {
      const told = ['drifted', 'drift_repaired'].map((name) =>
        collector.metric(`yarmarka.search.${name}`),
      )
      return told.every((metric) => metric) && told
    },
    { what: 'the count of what differed' },
  )
  const isExtra = [{ key: 'kind', value: { stringValue: 'extra' } }]
  expect(found).toMatchObject({
    sum: {
      dataPoints: expect.arrayContaining([
        expect.objectContaining({ asDouble: 1, attributes: isExtra }),
      ]),
    },
  })
  expect(repaired).toMatchObject({ sum: { dataPoints: [{ asDouble: 1 }] } })
})
