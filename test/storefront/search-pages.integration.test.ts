import { afterAll, describe, expect, it } from 'vitest'
import type { Client } from '@elastic/elasticsearch'
import { findShopProducts, type Found } from '../../api/storefront/find-shop-products.ts'
import { indexViews } from '../../api/storefront/index-view.ts'
import { shopProductsIndex } from '../../domain/storefront/search-index.ts'
import type { SearchQuestion } from '../../domain/storefront/search-query.ts'
import { freshElasticsearch } from '../support/elasticsearch.ts'
import { createShop } from '../support/marketplace.ts'
import { freshDatabase } from '../support/postgres.ts'
import { createCategory, createGood } from './goods.ts'
import { projectToSearch } from './storefront-app.ts'

const GOODS = 12

const database = await freshDatabase()
const server = await freshElasticsearch()
afterAll(() => Promise.all([server.close(), database.drop()]))

const owner = database.owner.db
const index = { ...shopProductsIndex, alias: `${server.prefix}shop-products` }
const project = () => projectToSearch(database.system.db, server.client, index)

const shop = await createShop(owner)
const category = await createCategory(owner, 'Чайники')
const ids: string[] = []
for (let n = 0; n < GOODS; n++) {
  const good = await createGood(owner, shop, { category, priceMinor: 1_000 + n })
  ids.push(good.shopProductId)
}
await project()

const question: SearchQuestion = {
  inStock: false,
  deliverable: false,
  brands: [],
  attributes: new Map(),
  sort: 'price-asc',
  limit: 4,
}
/** A first page has a view of its own, as that of whoever searches for the first time in a while. */
const find = (after?: Found): Promise<Found> =>
  findShopProducts(
    { search: server.client, views: indexViews(server.client, index.alias) },
    { ...question, ...(after && { after: after.next }) },
    { view: after?.view },
  )
const idsOf = (page: Found) => page.items.map(({ id }) => id)
const setPrices = async (from: number) => {
  for (const [n, id] of ids.entries())
    await owner
      .updateTable('shopProduct')
      .set({ priceMinor: from - n })
      .where('id', '=', id)
      .execute()
  await project()
}

describe('pages of a search', () => {
  it('show the index as it was on the first one, whatever changes meanwhile', async () => {
    const first = await find()
    await setPrices(9_000)
    const second = await find(first)
    await owner.deleteFrom('shopProduct').where('id', '=', ids.at(-1)!).execute()
    await project()
    const third = await find(second)
    expect([first, second, third].flatMap(idsOf)).toEqual(ids)
    expect(third).toMatchObject({ next: undefined, total: GOODS })
    ids.pop()
  })

  it('go on from where they were when their view is gone', async () => {
    await setPrices(1_000)
    const first = await find()
    await server.client.closePointInTime({ id: first.view })
    const second = await find(first)
    expect([first, second].flatMap(idsOf)).toEqual(ids.toReversed().slice(0, 8))
  })

  it('go on when the index itself was made anew', async () => {
    const first = await find()
    await server.client.indices.delete({
      index: Object.keys(await server.client.indices.get({ index: `${index.alias}*` })),
    })
    await project()
    const second = await find(first)
    expect([first, second].flatMap(idsOf)).toEqual(ids.toReversed().slice(0, 8))
  })

  it.each([
    ['a view that nobody made', { view: 'bWFkZSB1cA==' }],
    ['a position of another kind', { next: ['dear', ids[0]!] }],
    ['too short a position', { next: [1] }],
  ])('are refused for %s', async (_, forged) => {
    const first = await find()
    await expect(find({ ...first, ...forged })).rejects.toMatchObject({
      code: 'invalid-cursor',
      status: 400,
    })
  })
})

describe('a view of the index', () => {
  it('is shared by those who begin at the same time, and another by those whose own is gone', async () => {
    let opened = 0
    const openPointInTime = async () => ({ id: String(++opened) })
    const { current, fresh } = indexViews({ openPointInTime } as unknown as Client, 'any')
    expect(await Promise.all(Array.from({ length: 50 }, current))).toEqual(Array(50).fill('1'))
    expect(await Promise.all(Array.from({ length: 50 }, fresh))).toEqual(Array(50).fill('2'))
  })
})
