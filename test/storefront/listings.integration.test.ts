import { afterAll, describe, expect, it } from 'vitest'
import { readListing, type ListingQuery } from '../../db/storefront/listings.ts'
import { LISTING_SORTS } from '../../domain/storefront/listing.ts'
import { createShop } from '../support/marketplace.ts'
import { freshDatabase } from '../support/postgres.ts'
import { createCategory, createGood, settle } from './goods.ts'

const database = await freshDatabase()
afterAll(() => database.drop())
const owner = database.owner.db
const system = database.system.db
const storefront = database.storefront.db

const shop = await createShop(owner)
const other = await createShop(owner)
await owner
  .insertInto('warehouseCity')
  .values({ warehouseId: other.warehouseId, cityId: 'spb', sellerId: other.sellerId })
  .execute()
const home = await createCategory(owner, 'Дом')
const kettles = await createCategory(owner, 'Чайники', home)
const garden = await createCategory(owner, 'Сад')

/** Many goods that are equal by every sort, so that only ids tell them apart, and some that differ. */
const goods: Record<string, string> = {}
const at = new Date('2026-11-01T00:00:00Z')
for (let i = 0; i < 12; i++)
  goods[`equal ${i}`] = (
    await createGood(owner, shop, { category: kettles, units: 1, createdAt: at })
  ).shopProductId
const differing = {
  cheap: { priceMinor: 1_00, popularity: 5 },
  dear: { priceMinor: 9_000_00, popularity: 50 },
  newest: { createdAt: new Date('2026-11-20T00:00:00Z') },
}
for (const [name, good] of Object.entries(differing))
  goods[name] = (
    await createGood(owner, shop, { category: kettles, units: 2, createdAt: at, ...good })
  ).shopProductId
const spade = await createGood(owner, other, { category: garden, units: 7, createdAt: at })
const soldOut = await createGood(owner, other, { category: garden, units: 0, createdAt: at })
await createGood(owner, other, { category: garden, units: 1, active: false })
await settle(system, 'cache')

/** Every page of the listing, one after the other. */
async function readAll(query: Omit<ListingQuery, 'limit'> & { limit?: number }) {
  const ids: string[] = []
  let after: ListingQuery['after']
  for (;;) {
    const { items, next } = await readListing(storefront, { limit: 4, ...query, after })
    ids.push(...items.map(({ id }) => id))
    const last = items.at(-1)
    if (!next || !last) return ids
    after = { key: last.key, id: last.id }
  }
}

describe('a listing', () => {
  it.each(LISTING_SORTS)('by «%s» shows everything once, page by page', async (sort) => {
    const ids = await readAll({ scope: {}, sort })
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.toSorted()).toEqual(
      [...Object.values(goods), spade.shopProductId, soldOut.shopProductId].toSorted(),
    )
  })

  it('begins with what the sort is by', async () => {
    const first = async (sort: ListingQuery['sort']) =>
      (await readListing(storefront, { scope: { shop: shop.shopId }, sort, limit: 1 })).items[0]?.id
    expect(await first('popular')).toBe(goods['dear'])
    expect(await first('price-asc')).toBe(goods['cheap'])
    expect(await first('price-desc')).toBe(goods['dear'])
    expect(await first('new')).toBe(goods['newest'])
  })

  it('of a city shows what a warehouse that serves it has, and how many', async () => {
    expect(await readAll({ scope: { city: 'spb' }, sort: 'popular' })).toEqual([
      spade.shopProductId,
    ])
    const { items } = await readListing(storefront, {
      scope: { city: 'msk', shop: other.shopId },
      sort: 'popular',
      limit: 10,
    })
    expect(items).toMatchObject([{ id: spade.shopProductId, units: '7' }])
  })

  it('of a city that nobody serves is empty', async () => {
    await owner
      .insertInto('city')
      .values({
        id: 'kzn',
        name: 'Казань',
        nameEn: 'Kazan',
        timeZone: 'Europe/Moscow',
        position: 3,
      })
      .execute()
    expect(await readAll({ scope: { city: 'kzn' }, sort: 'new' })).toEqual([])
  })

  it('of a category shows what moves into it, and no longer what moves away', async () => {
    const lamps = await createCategory(owner, 'Лампы')
    const lamp = await createGood(owner, shop, { category: garden, units: 1 })
    const goesTo = (categoryId: string) =>
      owner.updateTable('product').set({ categoryId }).where('id', '=', lamp.productId).execute()
    const listed = () => readAll({ scope: { category: lamps.id }, sort: 'popular' })
    expect(await listed()).toEqual([])
    await goesTo(lamps.id)
    expect(await listed()).toEqual([lamp.shopProductId])
    await owner.deleteFrom('product').where('id', '=', lamp.productId).execute()
    expect(await listed()).toEqual([])
  })

  it('of a category shows what is below it', async () => {
    expect(await readAll({ scope: { category: home.id }, sort: 'popular' })).toHaveLength(15)
    expect(
      await readAll({ scope: { category: garden.id, shop: shop.shopId }, sort: 'new' }),
    ).toEqual([])
  })

  it('shows nothing of a suspended shop', async () => {
    const closed = await createShop(owner)
    await createGood(owner, closed, { category: garden, units: 1 })
    await owner
      .updateTable('shop')
      .set({ state: 'suspended' })
      .where('id', '=', closed.shopId)
      .execute()
    expect(await readAll({ scope: { shop: closed.shopId }, sort: 'new' })).toEqual([])
    await settle(system, 'cache')
  })

  it('is unsettled while something on it, or a fan-out, has yet to be projected', async () => {
    const settled = async (scope: ListingQuery['scope']) =>
      (await readListing(storefront, { scope, sort: 'popular', limit: 100 })).settled
    expect(await settled({})).toBe(true)
    await owner
      .updateTable('shopProduct')
      .set({ popularity: 1 })
      .where('id', '=', spade.shopProductId)
      .execute()
    expect(await settled({ category: garden.id })).toBe(false)
    expect(await settled({ category: kettles.id })).toBe(true)
    await settle(system, 'cache')
    expect(await settled({ category: garden.id })).toBe(true)

    await owner.updateTable('category').set({ name: 'Дача' }).where('id', '=', garden.id).execute()
    expect(await settled({ category: kettles.id })).toBe(false)
    await settle(system, 'cache')
    expect(await settled({ category: kettles.id })).toBe(true)
  })
})
