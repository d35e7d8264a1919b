import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { stageRowsTable } from '../../db/integrations/stage.ts'
import { createShop, requestImport, type TestShop } from '../support/marketplace.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres.ts'
import { environment, importByHand, type FakeFile } from './import-by-hand.ts'

let database: TestDatabase
let shop: TestShop

beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())
beforeEach(async () => {
  shop = await createShop(database.owner.db)
})

const { parsing, stage, validate, merge, close } = importByHand(() => database)

async function importWhole(file: FakeFile) {
  const importId = await requestImport(database.owner.db, shop)
  expect(await stage(importId, file)).toBe('staged')
  expect(await validate(importId)).toBe('valid')
  expect(await merge(importId)).toBe('merged')
  await close(importId, 'completed')
  return importId
}

const counts = (importId: string) =>
  database.owner.db
    .selectFrom('import')
    .select(['createdCount', 'updatedCount', 'unchangedCount', 'rejectedCount'])
    .where('id', '=', importId)
    .executeTakeFirstOrThrow()

const errors = (importId: string) =>
  database.owner.db
    .selectFrom('importRowError')
    .select(['row', 'code', 'level', 'value'])
    .where('importId', '=', importId)
    .orderBy('seq')
    .execute()

const shopProducts = () =>
  database.owner.db
    .selectFrom('shopProduct')
    .innerJoin('product', 'product.id', 'shopProduct.productId')
    .leftJoin('stock', 'stock.shopProductId', 'shopProduct.id')
    .select(['shopProduct.externalId', 'product.name', 'priceMinor', 'units'])
    .where('shopProduct.shopId', '=', shop.shopId)
    .orderBy('shopProduct.externalId')
    .execute()

const versions = async () =>
  (
    await database.owner.db
      .selectFrom('change')
      .innerJoin('shopProduct', 'shopProduct.id', 'change.shopProductId')
      .select('version')
      .where('shopId', '=', shop.shopId)
      .orderBy('shopProduct.externalId')
      .execute()
  ).map((row) => Number(row.version))

describe('importing rows', () => {
  it('creates products, shop products and stock, and raises each document once', async () => {
    const importId = await importWhole({ rows: [{ units: 3 }, {}, { available: false }] })

    expect(await shopProducts()).toEqual([
      { externalId: 'sku-1', name: 'Товар 1', priceMinor: '10000', units: 3 },
      { externalId: 'sku-2', name: 'Товар 2', priceMinor: '10000', units: 1 },
      { externalId: 'sku-3', name: 'Товар 3', priceMinor: '10000', units: null },
    ])
    expect(await counts(importId)).toMatchObject({ createdCount: '3', updatedCount: '0' })
    expect(await versions()).toEqual([1, 1, 1])
  })

  it('writes nothing and raises nothing when the same rows come again', async () => {
    const rows = [
      { units: 3, attributes: [{ name: 'Цвет', value: 'синий' }], barcodes: ['4601234567893'] },
      { description: 'с\tтабом\nи "кавычками" \\', pictures: ['https://a.example/"1",{2}.jpg'] },
    ]
    await importWhole({ rows })
    const before = await rowVersions()
    const again = await importWhole({ rows })

    expect(await counts(again)).toEqual({
      createdCount: '0',
      updatedCount: '0',
      unchangedCount: '2',
      rejectedCount: '0',
    })
    expect(await rowVersions()).toEqual(before)
    expect(await versions()).toEqual([1, 1])
  })

  it('writes only what differs', async () => {
    await importWhole({ rows: [{}, {}, {}] })
    const importId = await importWhole({ rows: [{}, { priceMinor: 9_000 }, { units: 7 }] })

    expect(await counts(importId)).toMatchObject({ updatedCount: '2', unchangedCount: '1' })
    expect(await versions()).toEqual([1, 2, 2])
  })

  it('takes the last of repeated ids and reports each of the others', async () => {
    const importId = await importWhole({
      rows: [
        { externalId: 'a', name: 'первый' },
        { externalId: 'b' },
        { externalId: 'a', name: 'второй' },
        { externalId: 'a', name: 'последний' },
      ],
    })

    expect((await shopProducts()).map((row) => row.name)).toEqual(['последний', 'Товар 2'])
    expect(await errors(importId)).toEqual([
      { row: '1', code: 'duplicate-id', level: 'error', value: 'a' },
      { row: '3', code: 'duplicate-id', level: 'error', value: 'a' },
    ])
    expect(await counts(importId)).toMatchObject({ createdCount: '2', rejectedCount: '2' })
  })

  it('rejects rows of a category that the file does not have, wherever categories stand', async () => {
    const importId = await importWhole({
      categories: [
        { externalId: '2', parentExternalId: '1', name: 'Наушники' },
        { externalId: '1', name: 'Электроника' },
        { externalId: '6', parentExternalId: '66', name: 'Принтеры' },
      ],
      rows: [{ categoryExternalId: '2' }, { categoryExternalId: '144' }],
    })

    expect(await errors(importId)).toEqual([
      { row: '0', code: 'category-parent-unknown', level: 'warning', value: '66' },
      { row: '2', code: 'category-unknown', level: 'error', value: '144' },
    ])
    expect(await counts(importId)).toMatchObject({ createdCount: '1', rejectedCount: '1' })
  })

  it('puts outlets into their warehouses and takes the rest of the stock away', async () => {
    const { id: second } = await database.owner.db
      .insertInto('warehouse')
      .values({ sellerId: shop.sellerId, externalId: 'second', name: 'Второй', cityId: 'spb' })
      .returning('id')
      .executeTakeFirstOrThrow()
    await importWhole({ rows: [{ units: 5 }] })
    const importId = await importWhole({
      rows: [
        {
          outlets: [
            { externalId: 'second', units: 4 },
            { externalId: 'чужой', units: 9 },
          ],
        },
      ],
    })

    const stock = await database.owner.db
      .selectFrom('stock')
      .select(['warehouseId', 'units'])
      .where('sellerId', '=', shop.sellerId)
      .orderBy('warehouseId')
      .execute()
    expect(stock).toEqual([
      { warehouseId: shop.warehouseId, units: 0 },
      { warehouseId: second, units: 4 },
    ])
    expect(await errors(importId)).toEqual([
      { row: '1', code: 'outlet-unknown', level: 'warning', value: 'чужой' },
    ])
  })

  it('leaves nothing of a file that breaks', async () => {
    const importId = await requestImport(database.owner.db, shop)
    expect(await stage(importId, { rows: [{}, {}], breaks: true })).toBe('malformed')
    await close(importId, 'failed')

    const { problem, state } = await database.owner.db
      .selectFrom('import')
      .select(['problem', 'state'])
      .where('id', '=', importId)
      .executeTakeFirstOrThrow()
    expect({ problem, state }).toEqual({
      state: 'failed',
      problem: { code: 'malformed-xml', line: 3, column: 7 },
    })
    expect(await shopProducts()).toEqual([])
  })
})

describe('an import that is interrupted', () => {
  it('goes on after the last committed batches, and counts every row once', async () => {
    const rows = Array.from({ length: 151 }, () => ({}))
    const importId = await requestImport(database.owner.db, shop)
    const dying = environment()
    const onRead = (read: number) => {
      if (read === 140) dying.cancel()
    }
    await expect(dying.run(parsing({ rows, onRead }).stageRows, { importId })).rejects.toThrow()
    const { rowsStaged } = await database.owner.db
      .selectFrom('import')
      .select('rowsStaged')
      .where('id', '=', importId)
      .executeTakeFirstOrThrow()
    expect(rowsStaged).toBe('126')

    expect(await stage(importId, { rows })).toBe('staged')
    expect(await validate(importId)).toBe('valid')
    expect(await merge(importId)).toBe('merged')
    expect(await counts(importId)).toMatchObject({ createdCount: '151' })
  })

  it('is read again when a crash of PostgreSQL emptied the stage before it was checked', async () => {
    const importId = await requestImport(database.owner.db, shop)
    await stage(importId, { rows: [{}, {}, {}] })
    await sql`truncate ${sql.table(stageRowsTable(importId))}`.execute(database.system.db)

    expect(await validate(importId)).toBe('emptied')
    expect(await stage(importId, { rows: [{}, {}, {}] })).toBe('staged')
    expect(await validate(importId)).toBe('valid')
    expect(await merge(importId)).toBe('merged')
    expect(await counts(importId)).toMatchObject({ createdCount: '3' })
  })

  it('is read again when the stage was emptied before the merge, without reporting a row twice', async () => {
    const file = { rows: [{ externalId: 'a' }, { externalId: 'a' }, {}] }
    const importId = await requestImport(database.owner.db, shop)
    await stage(importId, file)
    await validate(importId)
    await sql`truncate ${sql.table(stageRowsTable(importId))}`.execute(database.system.db)

    expect(await merge(importId)).toBe('emptied')
    expect(await stage(importId, file)).toBe('staged')
    expect(await validate(importId)).toBe('valid')
    expect(await merge(importId)).toBe('merged')
    expect(await counts(importId)).toMatchObject({ createdCount: '2', rejectedCount: '1' })
    expect(await errors(importId)).toHaveLength(1)
  })
})

/** Which transaction wrote each row, and where it lies: any write of a row, even of equal values, changes it. */
async function rowVersions() {
  const tables = ['product', 'shop_product', 'stock', 'change', 'category']
  const each = tables.map((table) =>
    sql`select xmin, ctid from ${sql.table(table)} order by ctid`.execute(database.owner.db),
  )
  return (await Promise.all(each)).map(({ rows }) => rows)
}
