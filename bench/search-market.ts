import { Client } from '@elastic/elasticsearch'
import { bulkWrite, ensureIndex } from '../clients/elasticsearch.ts'
import { connectPostgres } from '../clients/postgres.ts'
import { readConfig, roleUrl } from '../config.ts'
import { confirmProjected, readPendingDocuments } from '../db/storefront/documents.ts'
import { shopProductsIndex } from '../domain/storefront/search-index.ts'
import { fillSearchCatalogue, type SearchCatalogue } from '../test/support/search-catalogue.ts'
import { openMarketplace, type Marketplace } from './marketplace.ts'

export type SearchMarket = Marketplace & {
  catalogue: SearchCatalogue
  elasticsearch: Client
  system: ReturnType<typeof connectPostgres>
}

const PAGE = 5_000

/** A marketplace with so many shop products, all of them searchable. */
export async function openSearchMarket(goods: number): Promise<SearchMarket> {
  const market = await openMarketplace()
  const config = readConfig('worker', market.env)
  const system = connectPostgres({ url: roleUrl(config, 'system'), applicationName: 'bench' })
  const elasticsearch = new Client({ node: config.ELASTICSEARCH_URL, requestTimeout: 60_000 })
  const close = async () => {
    await Promise.all([system.close(), elasticsearch.close()])
    await market.close()
  }
  try {
    const catalogue = await fillSearchCatalogue(market.owner.db, goods)
    await ensureIndex(elasticsearch, shopProductsIndex)
    for (;;) {
      const page = await readPendingDocuments(system.db, 'search', PAGE)
      if (page.length === 0) break
      const { failed } = await bulkWrite(
        elasticsearch,
        shopProductsIndex.alias,
        page.map(({ shopProductId, version, document }) => ({
          id: shopProductId,
          version,
          document,
        })),
      )
      if (failed.length > 0) throw new Error(`not indexed: ${failed[0]?.reason}`)
      await confirmProjected(system.db, 'search', page)
    }
    await elasticsearch.indices.refresh({ index: shopProductsIndex.alias })
    console.error(`  ${goods} shop products are searchable`)
    return { ...market, catalogue, elasticsearch, system, close }
  } catch (error) {
    await close()
    throw error
  }
}
