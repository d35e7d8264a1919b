import { afterAll, describe, expect, it } from 'vitest'
import { findGoods } from '../../api/storefront/find-goods.ts'
import { indexViews } from '../../api/storefront/index-view.ts'
import { shopProductsIndex } from '../../domain/storefront/search-index.ts'
import { freshElasticsearch } from '../support/elasticsearch.ts'
import { createShop } from '../support/marketplace.ts'
import { freshDatabase } from '../support/postgres.ts'
import { createCategory, createGood, type Good } from './goods.ts'
import { projectToSearch } from './storefront-app.ts'

const database = await freshDatabase()
const server = await freshElasticsearch()
afterAll(() => Promise.all([server.close(), database.drop()]))

const index = { ...shopProductsIndex, alias: `${server.prefix}shop-products` }
const owner = database.owner.db
const shop = await createShop(owner)
const category = await createCategory(owner, 'Посуда')
const add = async (name: string, good: Partial<Good>) =>
  (await createGood(owner, shop, { category, name, ...good })).shopProductId
const daysAgo = (days: number) => new Date(Date.now() - days * 24 * 60 * 60 * 1_000)

const popular = await add('Чайник', { popularity: 1_000, createdAt: daysAgo(60) })
const unpopular = await add('Чайник', { createdAt: daysAgo(2) })
const old = await add('Кастрюля', { createdAt: daysAgo(60) })
const recent = await add('Кастрюля', { createdAt: daysAgo(2) })
await projectToSearch(database.system.db, server.client, index)

const views = indexViews(server.client, index.alias)
const search = async (q: string) => {
  const { items } = await findGoods(
    { search: server.client, views, readSynonyms: () => Promise.resolve(new Map()) },
    {
      ...{ q, inStock: false, deliverable: false, brands: [], attributes: new Map() },
      ...{ sort: 'relevance', limit: 10 },
    },
  )
  return items.map(({ id }) => id)
}

describe('of goods with the same words', () => {
  it('the popular comes first, though it is older', async () => {
    expect(await search('чайник')).toEqual([popular, unpopular])
  })

  it('the newer comes first, though its id is higher', async () => {
    expect([recent, old].toSorted()).toEqual([old, recent])
    expect(await search('кастрюля')).toEqual([recent, old])
  })
})
