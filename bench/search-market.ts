import { Client } from '@elastic/elasticsearch'
import { connectPostgres } from '../clients/postgres.ts'
import { readConfig, roleUrl } from '../config.ts'
import { readPendingDocuments } from '../db/storefront/documents.ts'
import { shopProductsIndex } from '../domain/storefront/search-index.ts'
import { projectToSearch } from '../test/storefront/storefront-app.ts'
import { fillSearchCatalogue, type SearchCatalogue } from '../test/support/search-catalogue.ts'
import { openMarketplace, type Marketplace } from './marketplace.ts'

export type SearchMarket = Marketplace & {
  catalogue: SearchCatalogue
  elasticsearch: Client
  system: ReturnType<typeof connectPostgres>
}

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
    while ((await readPendingDocuments(system.db, 'search', 1)).length > 0)
      await projectToSearch(system.db, elasticsearch, shopProductsIndex)
    console.error(`  ${goods} shop products are searchable`)
    return { ...market, catalogue, elasticsearch, system, close }
  } catch (error) {
    await close()
    throw error
  }
}
