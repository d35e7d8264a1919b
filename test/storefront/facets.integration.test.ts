import { afterAll, describe, expect, it } from 'vitest'
import { findShopProducts } from '../../api/storefront/find-shop-products.ts'
import { indexViews } from '../../api/storefront/index-view.ts'
import { listSellersDeliveringTo } from '../../db/storefront/delivery-cities.ts'
import { shopProductsIndex } from '../../domain/storefront/search-index.ts'
import type { SearchQuestion } from '../../domain/storefront/search-query.ts'
import { freshElasticsearch } from '../support/elasticsearch.ts'
import { differencesFromSql, flattenGoods } from '../support/facets-by-sql.ts'
import { randomFilters } from '../support/filter-sets.ts'
import { freshDatabase } from '../support/postgres.ts'
import { sampler } from '../support/sampler.ts'
import { fillSearchCatalogue } from '../support/search-catalogue.ts'
import { projectToSearch } from './storefront-app.ts'

const GOODS = 1_500
const FILTER_SETS = 60

const database = await freshDatabase()
const server = await freshElasticsearch()
afterAll(() => Promise.all([server.close(), database.drop()]))

const owner = database.owner.db
const index = { ...shopProductsIndex, alias: `${server.prefix}shop-products` }
const catalogue = await fillSearchCatalogue(owner, GOODS)
await projectToSearch(database.system.db, server.client, index)
await flattenGoods(owner)

const views = indexViews(server.client, index.alias)
const find = async (question: SearchQuestion) => {
  const { city } = question
  const sellers =
    city === undefined ? undefined : await listSellersDeliveringTo(database.storefront.db, city)
  return findShopProducts({ search: server.client, views }, { ...question, sellers })
}

describe('facets', () => {
  const draw = sampler(25)
  const questions = Array.from({ length: FILTER_SETS }, () => randomFilters(draw, catalogue))

  const totals: number[] = []

  it.each(questions)('%# count what PostgreSQL counts', async (question) => {
    const found = await find(question)
    totals.push(found.total)
    expect(await differencesFromSql(owner, question, found)).toEqual([])
  })

  it('were asked for with goods left and without', () => {
    expect(totals.filter((total) => total > 0).length).toBeGreaterThan(FILTER_SETS / 3)
    expect(totals).toContain(0)
  })
})
