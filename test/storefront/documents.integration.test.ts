import { sql } from 'kysely'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { sinks } from '../../contracts/storefront.ts'
import { inTrace } from '../../db/tenancy.ts'
import { confirmProjected, readPendingDocuments } from '../../db/storefront/documents.ts'
import { attributePair } from '../../domain/storefront/document.ts'
import { fillShop } from '../support/catalogue.ts'
import { createShop } from '../support/marketplace.ts'
import { freshDatabase } from '../support/postgres.ts'
import { until } from '../support/until.ts'
import { createCategory, createGood, settle, type TestGood } from './goods.ts'

const database = await freshDatabase()
afterAll(() => database.drop())
const owner = database.owner.db
const system = database.system.db

const shop = await createShop(owner)
const appliances = await createCategory(owner, 'Бытовая техника')
const kettles = await createCategory(owner, 'Чайники', appliances)

const settleAll = async () => {
  for (const sink of sinks) await settle(system, sink)
}
const pendingOf = async ({ shopProductId }: TestGood) => {
  const pending = await readPendingDocuments(system, 'search', 1_000)
  return pending.find((document) => document.shopProductId === shopProductId)
}
const documentOf = async (good: TestGood) => (await pendingOf(good))?.document

const raise = ({ shopProductId }: TestGood, db = owner) =>
  sql`update shop_product set price_minor = price_minor + 1 where id = ${shopProductId}`.execute(db)

describe('what raises a change', () => {
  let good: TestGood
  beforeEach(async () => {
    good = await createGood(owner, shop, { category: kettles, units: 3 })
    await settleAll()
  })

  const waiting = async () =>
    Object.fromEntries(
      await Promise.all(
        sinks.map(async (sink) => {
          const pending = await readPendingDocuments(system, sink, 1_000)
          return [sink, pending.map(({ shopProductId }) => shopProductId)] as const
        }),
      ),
    )
  const expectWaiting = async (...goods: TestGood[]) => {
    const ids = goods.map(({ shopProductId }) => shopProductId)
    expect(await waiting()).toEqual({ search: ids, cache: ids })
  }

  it('a new shop product', async () => {
    const added = await createGood(owner, shop, { category: kettles })
    await expectWaiting(added)
  })

  it('a shop product with another price', async () => {
    await owner
      .updateTable('shopProduct')
      .set({ priceMinor: 500_00 })
      .where('id', '=', good.shopProductId)
      .execute()
    await expectWaiting(good)
    expect((await documentOf(good))?.priceMinor).toBe(500_00)
  })

  it('a deleted shop product, whose document is no more', async () => {
    await owner.deleteFrom('shopProduct').where('id', '=', good.shopProductId).execute()
    await expectWaiting(good)
    expect(await pendingOf(good)).toMatchObject({ version: 3, document: null })
  })

  it('a product with another name', async () => {
    await owner
      .updateTable('product')
      .set({ name: 'Самовар' })
      .where('id', '=', good.productId)
      .execute()
    await expectWaiting(good)
    expect((await documentOf(good))?.name).toBe('Самовар')
  })

  it('stock that is added', async () => {
    const other = await createGood(owner, shop, { category: kettles })
    await settleAll()
    await owner
      .insertInto('stock')
      .values({
        shopProductId: other.shopProductId,
        warehouseId: shop.warehouseId,
        sellerId: shop.sellerId,
        units: 1,
      })
      .execute()
    await expectWaiting(other)
    expect((await documentOf(other))?.cities).toEqual(['msk'])
  })

  it('stock that is sold out', async () => {
    await owner
      .updateTable('stock')
      .set({ units: 0 })
      .where('shopProductId', '=', good.shopProductId)
      .execute()
    await expectWaiting(good)
    expect(await documentOf(good)).toMatchObject({ cities: [], units: { total: 0, byCity: {} } })
  })

  it('stock that is removed', async () => {
    await owner.deleteFrom('stock').where('shopProductId', '=', good.shopProductId).execute()
    await expectWaiting(good)
    expect((await documentOf(good))?.cities).toEqual([])
  })

  it('a product that another transaction is changing while it comes on sale', async () => {
    const [inserting, renaming] = await Promise.all([
      database.owner.pool.connect(),
      database.owner.pool.connect(),
    ])
    try {
      await renaming.query('begin')
      await renaming.query(`update product set name = 'Самовар' where id = ${good.productId}`)
      const inserted = inserting.query<{ id: string }>(`
        insert into shop_product (seller_id, shop_id, product_id, external_id, price_minor, currency, available)
        select seller_id, shop_id, product_id, 'again', price_minor, currency, true
        from shop_product where id = ${good.shopProductId} returning id`)
      await until(async () => {
        const { rows } = await sql`select from pg_locks where not granted`.execute(owner)
        return rows.length > 0
      })
      await renaming.query('commit')
      const { rows } = await inserted
      const added = { productId: good.productId, shopProductId: rows[0]!.id }
      expect((await documentOf(added))?.name).toBe('Самовар')
    } finally {
      inserting.release()
      renaming.release()
    }
  })

  it('nothing, when a statement changes no row', async () => {
    await owner.updateTable('product').set({ name: 'Никто' }).where('id', '=', '0').execute()
    await expectWaiting()
  })

  it('one version for all that one transaction changes', async () => {
    const before = (await createGood(owner, shop, { category: kettles })).shopProductId
    const { version } = (await pendingOf({ productId: '', shopProductId: before }))!
    await owner.transaction().execute(async (trx) => {
      await trx
        .updateTable('shopProduct')
        .set({ priceMinor: 700_00 })
        .where('id', '=', before)
        .execute()
      await trx
        .updateTable('shopProduct')
        .set({ priceMinor: 800_00 })
        .where('id', '=', before)
        .execute()
    })
    expect(await pendingOf({ productId: '', shopProductId: before })).toMatchObject({
      version: version + 1,
      document: { priceMinor: 800_00 },
    })
  })
})

describe('a pending document', () => {
  it('holds all that search needs', async () => {
    const good = await createGood(owner, shop, {
      category: kettles,
      name: 'Чайник «Ёлка»',
      brand: 'Polaris',
      model: 'PWK-1',
      vendorCode: '007',
      barcodes: ['4600000000017'],
      description: 'Кипятит воду',
      attributes: [
        { name: 'Цвет', value: 'красный' },
        { name: 'Объём', value: '1,7', unit: 'л' },
      ],
      pictures: ['https://pictures.example/1.jpg'],
      priceMinor: 1_990_00,
      oldPriceMinor: 2_490_00,
      popularity: 12,
      units: 5,
    })
    expect(await documentOf(good)).toMatchObject({
      id: good.shopProductId,
      name: 'Чайник «Ёлка»',
      brand: 'Polaris',
      model: 'PWK-1',
      vendorCode: '007',
      barcodes: ['4600000000017'],
      description: 'Кипятит воду',
      category: {
        id: kettles.id,
        name: 'Чайники',
        path: [appliances.id, kettles.id],
        names: ['Бытовая техника', 'Чайники'],
      },
      shop: { id: shop.shopId, name: 'Лавка' },
      priceMinor: 1_990_00,
      oldPriceMinor: 2_490_00,
      currency: 'RUB',
      available: true,
      attributes: [attributePair('Цвет', 'красный'), attributePair('Объём', '1,7 л')],
      cities: ['msk'],
      units: { total: 5, byCity: { msk: 5 } },
      popularity: 12,
    })
  })

  it('adds up the units of all warehouses that serve a city', async () => {
    const good = await createGood(owner, shop, { category: kettles, units: 5 })
    const { id: warehouseId } = await owner
      .insertInto('warehouse')
      .values({ sellerId: shop.sellerId, externalId: 'north', name: 'Север', cityId: 'spb' })
      .returning('id')
      .executeTakeFirstOrThrow()
    for (const cityId of ['msk', 'spb'])
      await owner
        .insertInto('warehouseCity')
        .values({ warehouseId, cityId, sellerId: shop.sellerId })
        .execute()
    await owner
      .insertInto('stock')
      .values({ shopProductId: good.shopProductId, warehouseId, sellerId: shop.sellerId, units: 2 })
      .execute()
    const document = await documentOf(good)
    expect(document?.units).toEqual({ total: 7, byCity: { msk: 7, spb: 2 } })
    expect(document?.cities.toSorted()).toEqual(['msk', 'spb'])
  })

  it('is null while it is inactive or its shop suspended', async () => {
    const other = await createShop(owner)
    const hidden = await createGood(owner, shop, { category: kettles, active: false })
    const suspended = await createGood(owner, other, { category: kettles })
    await owner
      .updateTable('shop')
      .set({ state: 'suspended' })
      .where('id', '=', other.shopId)
      .execute()
    expect(await pendingOf(hidden)).toMatchObject({ document: null })
    expect(await pendingOf(suspended)).toMatchObject({ document: null })
  })

  it('says which trace raised it', async () => {
    const traceParent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    const good = await createGood(owner, shop, { category: kettles })
    await owner.transaction().execute(async (trx) => {
      await inTrace(trx, traceParent)
      await trx
        .updateTable('shopProduct')
        .set({ priceMinor: 1_00 })
        .where('id', '=', good.shopProductId)
        .execute()
    })
    expect(await pendingOf(good)).toMatchObject({ traceParent })
  })

  it('keeps its place when it changes again while it waits, and no more than the limit are read', async () => {
    await settleAll()
    const first = await createGood(owner, shop, { category: kettles })
    await createGood(owner, shop, { category: kettles })
    await raise(first)
    const oldest = await readPendingDocuments(system, 'search', 1)
    expect(oldest.map(({ shopProductId }) => shopProductId)).toEqual([first.shopProductId])
  })

  it('waits beside those that one statement raised among many, not behind them', async () => {
    await settleAll()
    const { categoryId } = await fillShop(owner, await createShop(owner), 101)
    const good = await createGood(owner, shop, { category: { id: categoryId, path: [categoryId] } })
    const page = await readPendingDocuments(system, 'search', 1)
    expect(page).toHaveLength(2)
    expect(page.at(-1)?.shopProductId).toBe(good.shopProductId)
    await settleAll()
  })

  it('that never rests waits since it was last read, not since it first changed', async () => {
    await settleAll()
    const good = await createGood(owner, shop, { category: kettles })
    const read = await readPendingDocuments(system, 'search', 10)
    await raise(good)
    await confirmProjected(system, 'search', read)
    expect((await pendingOf(good))?.changedAt).toEqual(read[0]?.readAt)
  })
})

describe.each([
  [
    'price',
    (ids: string[]) => sql`
    update shop_product set price_minor = price_minor + 1 where id = any (${ids}::bigint[])`,
  ],
  [
    'product',
    (ids: string[]) => sql`
    update product set name = name || '!'
    where id in (select product_id from shop_product where id = any (${ids}::bigint[]))`,
  ],
  [
    'stock',
    (ids: string[]) => sql`
    update stock set units = units + 1 where shop_product_id = any (${ids}::bigint[])`,
  ],
  [
    'removed stock',
    (ids: string[]) => sql`
    delete from stock where shop_product_id = any (${ids}::bigint[])`,
  ],
] as const)('what changes by its %s', (_, change) => {
  let goods: string[]
  let one: string
  beforeEach(async () => {
    await owner.deleteFrom('shopProduct').execute()
    await fillShop(owner, await createShop(owner), 101)
    await settleAll()
    goods = (await owner.selectFrom('shopProduct').select('id').orderBy('id').execute()).map(
      ({ id }) => id,
    )
    one = goods[50]!
  })
  const alone = async () => void (await change([one]).execute(owner))
  const amongMany = async () => void (await change(goods).execute(owner))
  const waiting = async () => {
    const pending = await readPendingDocuments(system, 'search', 1_000)
    return Object.fromEntries(pending.map((document) => [document.shopProductId, document]))
  }

  it('among many waits beside single changes', async () => {
    await amongMany()
    const wide = Object.values(await waiting()).map((document) => document.wide)
    expect(wide).toEqual(goods.map(() => true))
  })

  it('alone waits with single changes, whatever it was before', async () => {
    await sql`update change set wide = true`.execute(system)
    await alone()
    expect(await waiting()).toMatchObject({ [one]: { wide: false } })
  })

  it('among many, while it waits alone, goes on waiting alone', async () => {
    await raise({ shopProductId: one, productId: '' })
    await amongMany()
    expect((await waiting())[one]?.wide).toBe(false)
  })

  it('keeps its place while it waits', async () => {
    await raise({ shopProductId: one, productId: '' })
    const before = await waiting()
    await alone()
    const after = await waiting()
    expect(after[one]?.version).toBe(before[one]!.version + 1)
    expect(after[one]?.changedAt).toEqual(before[one]?.changedAt)
  })
})

describe('confirming', () => {
  it('ends the wait in one sink and not in the other', async () => {
    await settleAll()
    const good = await createGood(owner, shop, { category: kettles })
    expect(await settle(system, 'search')).toEqual([good.shopProductId])
    expect(await settle(system, 'search')).toEqual([])
    expect(await settle(system, 'cache')).toEqual([good.shopProductId])
  })

  it('loses nothing that was raised after the read', async () => {
    await settleAll()
    const good = await createGood(owner, shop, { category: kettles })
    const read = await readPendingDocuments(system, 'search', 10)
    await raise(good)
    await confirmProjected(system, 'search', read)
    expect(await pendingOf(good)).toMatchObject({ version: read[0]!.version + 1 })
  })

  it('never takes a version back', async () => {
    await settleAll()
    const good = await createGood(owner, shop, { category: kettles })
    const older = await readPendingDocuments(system, 'search', 10)
    await raise(good)
    await confirmProjected(system, 'search', await readPendingDocuments(system, 'search', 10))
    await confirmProjected(system, 'search', older)
    expect(await pendingOf(good)).toBeUndefined()
  })

  it('does not wait for a raise that is not committed yet, and does not lose it', async () => {
    await settleAll()
    const good = await createGood(owner, shop, { category: kettles })
    const other = await createGood(owner, shop, { category: kettles })
    const read = await readPendingDocuments(system, 'search', 10)
    const raised = Promise.withResolvers<void>()
    const confirmed = Promise.withResolvers<void>()
    const uncommitted = owner.transaction().execute(async (trx) => {
      await raise(good, trx)
      raised.resolve()
      await confirmed.promise
    })
    await raised.promise
    expect(await confirmProjected(system, 'search', read)).toBe(1)
    expect(await pendingOf(other)).toBeUndefined()
    confirmed.resolve()
    await uncommitted
    expect(await pendingOf(good)).toMatchObject({ version: read[0]!.version + 1 })
  })

  it('by the cache remembers where the document now stands', async () => {
    const good = await createGood(owner, shop, { category: kettles, units: 1 })
    await settle(system, 'cache')
    await owner
      .updateTable('product')
      .set({ categoryId: appliances.id })
      .where('id', '=', good.productId)
      .execute()
    const [moved] = await readPendingDocuments(system, 'cache', 10)
    expect(moved).toMatchObject({
      listedIn: {
        shopId: shop.shopId,
        categoryIds: [appliances.id, kettles.id],
        units: { byCity: { msk: expect.any(Number) } },
      },
      document: { category: { path: [appliances.id] } },
    })

    await settle(system, 'cache')
    await owner.deleteFrom('shopProduct').where('id', '=', good.shopProductId).execute()
    const [gone] = await readPendingDocuments(system, 'cache', 10)
    expect(gone).toMatchObject({ listedIn: { categoryIds: [appliances.id] }, document: null })

    await settle(system, 'cache')
    const { listedIn } = await system
      .selectFrom('change')
      .select('listedIn')
      .where('shopProductId', '=', good.shopProductId)
      .executeTakeFirstOrThrow()
    expect(listedIn).toBeNull()
  })
})
