import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openShop } from '../../bench/marketplace.ts'
import { importRealFeed, realFeeds, type Outcome, type RealFeed } from '../../bench/real-feeds.ts'
import { createApi } from '../../scripts/demo/api.ts'
import { freshEnvironment, type TestEnvironment } from '../support/environment.ts'
import { openProduct, type Product } from '../support/processes.ts'
import { areRealFeedsHere, realFeedsFolder, titleOfRealFeeds } from '../support/real-feeds.ts'

const imported = (
  created: number,
  rejected: number,
  findings: Outcome['findings'] = {},
): Outcome => ({ state: 'completed', created, rejected, findings })

const refusedAs = (format: string): Outcome => ({
  ...{ state: 'refused', created: 0, rejected: 0, findings: {} },
  problem: { code: 'unsupported-format', detail: expect.stringContaining(format) as string },
})

/** What must become of each; CommerceML and SAP are recognised, and taken in later. */
const expected: Record<RealFeed, Outcome> = {
  'API_PRODUCT_SRV.edmx': refusedAs('OData'),
  'argent_documents_209.xml': refusedAs('CommerceML'),
  'argent_prices_3x.xml': refusedAs('CommerceML'),
  'argent_rests_3x.xml': refusedAs('CommerceML'),
  'bigperson_offers.xml': refusedAs('CommerceML'),
  'carono_import.xml': refusedAs('CommerceML'),
  'carono_import_wo_classifier.xml': refusedAs('CommerceML'),
  'carono_offers.xml': refusedAs('CommerceML'),
  'carono_orders.xml': refusedAs('CommerceML'),
  'dobromyslov_bitrix_query_empty.xml': refusedAs('CommerceML'),
  'dobromyslov_bitrix_query_full.xml': refusedAs('CommerceML'),
  'dobromyslov_import0_1.xml': refusedAs('CommerceML'),
  'dobromyslov_offers0_1.xml': refusedAs('CommerceML'),
  'ecomsearch_msk_delivery.xml': imported(36, 0, { 'attribute-invalid': 4 }),
  'ecomsearch_spb_vendor_model.xml': imported(36, 0, { 'attribute-invalid': 4 }),
  'excel_to_yml_output.xml': imported(3, 0),
  'takefive_1.xml': imported(0, 3, {
    ...{ 'name-missing': 3, 'price-missing': 3 },
    ...{ 'category-missing': 1, 'category-parent-unknown': 1 },
  }),
  'takefive_malformed.xml': {
    ...{ state: 'failed', created: 0, rejected: 0 },
    findings: { 'name-missing': 1, 'price-missing': 1, 'category-missing': 1 },
    problem: {
      code: 'malformed-xml',
      detail: expect.stringContaining('(line 11, column 38, offer 2)') as string,
    },
  },
  'yandex_market_template.xlsx': imported(3, 0),
}

describe.skipIf(!areRealFeedsHere)(titleOfRealFeeds, () => {
  let environment: TestEnvironment
  let product: Product
  let url: string

  beforeAll(async () => {
    environment = await freshEnvironment()
    product = await openProduct(environment.env)
    const [api] = await Promise.all([
      product.startApi(),
      product.startWorker('integrations', 'parsing'),
    ])
    url = api.url
  }, 240_000)
  afterAll(async () => {
    await product.close()
    await environment.close()
  }, 120_000)

  it('are all known here', async () => {
    expect((await readdir(realFeedsFolder)).toSorted()).toEqual(Object.keys(realFeeds).toSorted())
  })

  it.each(Object.keys(realFeeds) as RealFeed[])(
    '%s: imported with the right counts, or refused with the reason',
    async (name) => {
      const owner = environment.database.owner.db
      const market = { url, api: createApi(url), openShop: () => openShop(owner) }
      expect(await importRealFeed(market, name)).toEqual(expected[name])
    },
  )
})
