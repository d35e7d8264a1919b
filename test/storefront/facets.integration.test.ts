import { sql } from 'kysely'
import { afterAll, describe, expect, it } from 'vitest'
import { findShopProducts } from '../../api/storefront/find-shop-products.ts'
import { indexViews } from '../../api/storefront/index-view.ts'
import { listSellersDeliveringTo } from '../../db/storefront/delivery-cities.ts'
import { shopProductsIndex } from '../../domain/storefront/search-index.ts'
import type { SearchQuestion } from '../../domain/storefront/search-query.ts'
import { MOST_IN_A_CLAUSE } from '../../domain/storefront/selections.ts'
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

const everything: SearchQuestion = {
  ...{ inStock: false, deliverable: false, brands: [], attributes: new Map() },
  ...{ sort: 'popular', limit: 1 },
}

describe('facets', () => {
  const draw = sampler(25)
  const questions = Array.from({ length: FILTER_SETS }, () => randomFilters(draw, catalogue))

  const totals: number[] = []
  const more = { brand: new Set<boolean>(), attributes: new Set<boolean>() }

  it.each(questions)('%# count what PostgreSQL counts', async (question) => {
    const found = await find(question)
    totals.push(found.total)
    more.brand.add(found.facets.more.brand)
    more.attributes.add(found.facets.more.attributes)
    expect(await differencesFromSql(owner, question, found)).toEqual([])
  })

  it('had values that were not listed, and had not', () => {
    expect(more).toEqual({ brand: new Set([true, false]), attributes: new Set([true, false]) })
  })

  it('of many brands list fifty and what is chosen, and say that there are more', async () => {
    const { facets } = await find(everything)
    expect(facets.brand).toHaveLength(50)
    expect(facets.more).toEqual({ brand: true, category: false, attributes: false })
    const { rows } = await sql<{ brand: string }>`
      select brand from flat_good where brand is not null group by 1 order by count(*) limit 60`.execute(
      owner,
    )
    const brands = rows.map(({ brand }) => brand)
    const some = await find({ ...everything, brands })
    expect(some.facets.brand.filter(({ selected }) => selected)).toHaveLength(60)
    expect(some.facets.more.brand).toBe(true)
  })

  it('of what is all listed say so, though what is chosen is not among the most', async () => {
    const { rows } = await sql<{ brands: string[] }>`
      select array_agg(brand order by n desc, brand) as brands
      from (select brand, count(*) as n from flat_good where brand is not null group by 1) counted`.execute(
      owner,
    )
    const all = rows[0]!.brands
    expect(all.length).toBeLessThanOrEqual(50 + 300)
    const { facets } = await find({ ...everything, brands: all.slice(50) })
    expect(facets.brand).toHaveLength(all.length)
    expect(facets.more.brand).toBe(false)
  })

  it('count what any number of sellers deliver', async () => {
    const city = catalogue.cities[0]!
    const few = await listSellersDeliveringTo(database.storefront.db, city)
    const asked = { ...everything, city, deliverable: true, sort: 'price-asc' as const }
    const byFew = await findShopProducts(
      { search: server.client, views },
      { ...asked, sellers: few },
    )
    const madeUp = Array.from({ length: 3 * MOST_IN_A_CLAUSE }, (_, n) => String(10_000_000 + n))
    const sellers = [few[0]!, ...madeUp, ...few.slice(1)]
    const byMany = await findShopProducts({ search: server.client, views }, { ...asked, sellers })
    expect(few.length).toBeGreaterThan(1)
    expect(byMany.total).toBeGreaterThan(0)
    expect({ ...byMany, view: '' }).toEqual({ ...byFew, view: '' })
  })

  it('were asked for with goods left and without', () => {
    expect(totals.filter((total) => total > 0).length).toBeGreaterThan(FILTER_SETS / 3)
    expect(totals).toContain(0)
  })
})

describe('a comparison with PostgreSQL', () => {
  it.each(['brand', 'category', 'attributes'] as const)(
    'tells a list of «%s» that was cut to its best value',
    async (name) => {
      const found = await find(everything)
      const facets = { ...found.facets, [name]: found.facets[name].slice(0, 1) }
      expect(await differencesFromSql(owner, everything, { ...found, facets })).not.toEqual([])
    },
  )
})
