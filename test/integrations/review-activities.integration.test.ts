import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { chooseCategory, listCategoryMappings } from '../../db/integrations/category-mappings.ts'
import { listDiff } from '../../db/integrations/diff-queries.ts'
import { keepMapping } from '../../db/integrations/imports.ts'
import { stageRowsTable } from '../../db/integrations/stage.ts'
import { rememberTableMapping } from '../../db/integrations/table-mappings.ts'
import { asSeller } from '../../db/tenancy.ts'
import type { FoundTable } from '../../domain/integrations/table/mapping.ts'
import { createShop, requestImport, type TestShop } from '../support/marketplace.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres.ts'
import { importByHand, type FakeFile } from './import-by-hand.ts'

let database: TestDatabase
let shop: TestShop

beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())
beforeEach(async () => {
  shop = await createShop(database.owner.db)
})

const { takeTurn, stage, validate, review, merge, close } = importByHand(() => database)

const request = (given: { mode?: 'upsert' | 'replace'; dryRun?: boolean } = {}) =>
  requestImport(database.owner.db, shop, { key: 'none', bytes: 0, ...given })

async function prepare(importId: string, file: FakeFile) {
  expect(await takeTurn(importId)).toBe(true)
  expect(await stage(importId, file)).toBe('staged')
  expect(await validate(importId)).toBe('valid')
}

async function importWhole(file: FakeFile, mode: 'upsert' | 'replace' = 'upsert') {
  const importId = await request({ mode })
  await prepare(importId, file)
  expect(await review(importId)).toEqual({ verdict: 'clear' })
  expect(await merge(importId)).toBe('merged')
  await close(importId, 'completed')
  return importId
}

async function show(file: FakeFile) {
  const importId = await request({ dryRun: true })
  await prepare(importId, file)
  return { importId, verdict: await review(importId) }
}

const find = (importId: string) =>
  database.owner.db
    .selectFrom('import')
    .selectAll()
    .where('id', '=', importId)
    .executeTakeFirstOrThrow()

const diff = async (importId: string) => {
  const rows = await asSeller(database.seller.db, shop.sellerId, (trx) =>
    listDiff(trx, { importId, after: { row: '0', externalId: '' }, limit: 100 }),
  )
  return rows.map(({ externalId, kind, fields }) => ({ externalId, kind, fields }))
}

const goods = () =>
  database.owner.db
    .selectFrom('shopProduct')
    .innerJoin('product', 'product.id', 'shopProduct.productId')
    .select(['shopProduct.externalId', 'name', 'priceMinor', 'active'])
    .where('shopId', '=', shop.shopId)
    .orderBy('shopProduct.externalId')
    .execute()

const setPrice = (externalId: string, priceMinor: number) =>
  database.owner.db
    .updateTable('shopProduct')
    .set({ priceMinor })
    .where('shopId', '=', shop.shopId)
    .where('externalId', '=', externalId)
    .execute()

describe('a dry run', () => {
  it('shows field by field what would be written, and writes nothing', async () => {
    await importWhole({ rows: [{ units: 3 }, {}, {}] })
    const before = await goods()
    const { importId, verdict } = await show({
      rows: [{ units: 5 }, { priceMinor: 9_000, brand: 'Вега' }, {}, {}],
    })

    expect(verdict).toEqual({ verdict: 'shown', shown: 1, held: false })
    expect(await diff(importId)).toEqual([
      {
        externalId: 'sku-1',
        kind: 'update',
        fields: { stock: [{ warehouse: 'main', before: 3, after: 5 }] },
      },
      {
        externalId: 'sku-2',
        kind: 'update',
        fields: {
          brand: { before: null, after: 'Вега' },
          price_minor: { before: 10_000, after: 9_000 },
        },
      },
      { externalId: 'sku-4', kind: 'create', fields: {} },
    ])
    expect(await find(importId)).toMatchObject({
      state: 'awaiting-apply',
      toCreateCount: '1',
      toUpdateCount: '2',
      toDeactivateCount: '0',
    })
    expect(await goods()).toEqual(before)
  })

  it('is applied exactly as it was shown', async () => {
    await importWhole({ rows: [{}, {}] })
    const { importId } = await show({
      rows: [{ units: 8 }, { priceMinor: 9_000, brand: 'Вега', units: 2 }, {}],
    })

    expect(await takeTurn(importId)).toBe(true)
    expect(await merge(importId)).toBe('merged')
    expect(await review(importId)).toEqual({ verdict: 'done' })
    await close(importId, 'completed')
    expect((await goods()).map(({ priceMinor }) => priceMinor)).toEqual(['10000', '9000', '10000'])
    expect(await find(importId)).toMatchObject({
      createdCount: '1',
      updatedCount: '2',
      unchangedCount: '0',
    })
    expect(await diff(importId)).toEqual([])
  })

  it('leaves alone and shows anew what has changed since it was shown', async () => {
    await importWhole({ rows: [{}, {}, {}] })
    const { importId } = await show({
      rows: [{ priceMinor: 9_000 }, { priceMinor: 9_000 }, {}],
    })
    await setPrice('sku-2', 7_000)
    await setPrice('sku-3', 7_000)

    expect(await merge(importId)).toBe('merged')
    expect(await review(importId)).toEqual({ verdict: 'shown', shown: 2, held: false })
    expect((await goods()).map(({ priceMinor }) => priceMinor)).toEqual(['9000', '7000', '7000'])
    expect(await diff(importId)).toEqual([
      {
        externalId: 'sku-2',
        kind: 'update',
        fields: { price_minor: { before: 7_000, after: 9_000 } },
      },
      {
        externalId: 'sku-3',
        kind: 'update',
        fields: { price_minor: { before: 7_000, after: 10_000 } },
      },
    ])

    expect(await merge(importId)).toBe('merged')
    expect(await review(importId)).toEqual({ verdict: 'done' })
    expect((await goods()).map(({ priceMinor }) => priceMinor)).toEqual(['9000', '9000', '10000'])
    expect(await find(importId)).toMatchObject({ updatedCount: '3', unchangedCount: '0' })
  })

  it('does not create what somebody else has created since', async () => {
    const { importId } = await show({ rows: [{ externalId: 'a' }] })
    const other = await request()
    await prepare(other, { rows: [{ externalId: 'a', priceMinor: 5_000 }] })
    await merge(other)
    await close(other, 'completed')

    expect(await merge(importId)).toBe('merged')
    expect(await review(importId)).toEqual({ verdict: 'shown', shown: 2, held: false })
    expect((await goods())[0]).toMatchObject({ priceMinor: '5000' })
  })

  it('is done at once when the file says nothing new', async () => {
    await importWhole({ rows: [{}, {}] })
    const { importId, verdict } = await show({ rows: [{}, {}] })
    expect(verdict).toEqual({ verdict: 'done' })
    expect(await find(importId)).toMatchObject({ unchangedCount: '2' })
  })

  it('is compared again when a crash of PostgreSQL emptied the stage', async () => {
    const importId = await request({ dryRun: true })
    await prepare(importId, { rows: [{}] })
    await sql`truncate ${sql.table(stageRowsTable(importId))}`.execute(database.system.db)
    expect(await review(importId)).toEqual({ verdict: 'emptied' })
  })
})

describe('a whole replacement', () => {
  const rows = (count: number) => Array.from({ length: count }, () => ({}))

  it('takes what the file does not name off sale', async () => {
    await importWhole({ rows: rows(10) })
    const importId = await importWhole({ rows: rows(8) }, 'replace')

    expect((await goods()).filter(({ active }) => !active)).toMatchObject([
      { externalId: 'sku-10' },
      { externalId: 'sku-9' },
    ])
    expect(await find(importId)).toMatchObject({ deactivatedCount: '2', unchangedCount: '8' })
  })

  it('puts it back on sale when a file names it again', async () => {
    await importWhole({ rows: rows(10) })
    await importWhole({ rows: rows(9) }, 'replace')
    const importId = await importWhole({ rows: rows(10) }, 'replace')
    expect((await goods()).every(({ active }) => active)).toBe(true)
    expect(await find(importId)).toMatchObject({ updatedCount: '1', deactivatedCount: '0' })
  })

  it('keeps on sale what stands in the file with a mistake', async () => {
    await importWhole({ rows: rows(10) })
    const importId = await request({ mode: 'replace' })
    const mistake = {
      row: 10,
      externalId: 'sku-10',
      code: 'price-missing',
      level: 'error',
    } as const
    await prepare(importId, { rows: rows(9), errors: [mistake] })
    await merge(importId)
    expect((await goods()).every(({ active }) => active)).toBe(true)
  })

  it('is shown first when it would take more than a fifth off sale', async () => {
    await importWhole({ rows: rows(10) })
    const importId = await request({ mode: 'replace' })
    await prepare(importId, { rows: rows(7) })

    expect(await review(importId)).toEqual({ verdict: 'shown', shown: 1, held: true })
    expect(await diff(importId)).toMatchObject([
      { externalId: 'sku-10', kind: 'deactivate' },
      { externalId: 'sku-8', kind: 'deactivate' },
      { externalId: 'sku-9', kind: 'deactivate' },
    ])
    await setPrice('sku-8', 7_000)
    expect(await merge(importId)).toBe('merged')
    expect((await goods()).filter(({ active }) => !active)).toMatchObject([
      { externalId: 'sku-10' },
      { externalId: 'sku-9' },
    ])
    expect(await review(importId)).toEqual({ verdict: 'shown', shown: 2, held: false })
  })

  it('takes nothing off sale when a crash of PostgreSQL emptied the stage', async () => {
    await importWhole({ rows: rows(10) })
    const importId = await request({ mode: 'replace' })
    await prepare(importId, { rows: rows(9) })
    await sql`truncate ${sql.table(stageRowsTable(importId))}`.execute(database.system.db)
    expect(await merge(importId)).toBe('emptied')
    expect((await goods()).every(({ active }) => active)).toBe(true)
  })
})

describe('the turns of one shop', () => {
  it('come in the order of the uploads, one at a time', async () => {
    const first = await request()
    const second = await request()
    expect(await takeTurn(second)).toBe(false)
    expect(await takeTurn(first)).toBe(true)
    expect(await takeTurn(first)).toBe(true)
    expect(await takeTurn(second)).toBe(false)
    await close(first, 'completed')
    expect(await takeTurn(second)).toBe(true)
  })

  it('are taken by one of many that ask at once', async () => {
    const shown = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const importId = await request({ dryRun: true })
        await database.owner.db
          .updateTable('import')
          .set({ state: 'awaiting-apply' })
          .where('id', '=', importId)
          .execute()
        return importId
      }),
    )
    const taken = await Promise.all(shown.map(takeTurn))
    expect(taken.filter(Boolean)).toHaveLength(1)
  })

  it('are given up by an import that waits for a person', async () => {
    const { importId } = await show({ rows: [{}] })
    const next = await request()
    expect(await takeTurn(next)).toBe(true)
    expect(await takeTurn(importId)).toBe(false)
    await close(next, 'completed')
    expect(await takeTurn(importId)).toBe(true)
  })

  it('of another shop are its own', async () => {
    const mine = await request()
    const theirs = await requestImport(database.owner.db, await createShop(database.owner.db))
    expect(await takeTurn(mine)).toBe(true)
    expect(await takeTurn(theirs)).toBe(true)
  })
})

describe('a table whose columns are not certain', () => {
  const table: FoundTable = {
    headers: ['Код', 'Что', 'Почём'],
    fingerprint: 'kod-chto-pochem',
    samples: [['1', 'Чайник', '100']],
    proposal: { preset: 'plain', columns: { Код: 'id' }, currency: 'RUB' },
    isCertain: false,
  }
  const mapping = {
    preset: 'plain',
    columns: { Код: 'id', Что: 'name', Почём: 'price' },
    currency: 'RUB',
  } as const

  it('waits for the seller, and goes on when it is told', async () => {
    const importId = await request()
    await takeTurn(importId)
    expect(await stage(importId, { table, rows: [{}] })).toBe('mapping-needed')
    expect(await find(importId)).toMatchObject({ state: 'awaiting-mapping', foundTable: table })

    await keepMapping(database.owner.db, importId, mapping)
    expect(await takeTurn(importId)).toBe(true)
    expect(await stage(importId, { table, rows: [{}] })).toBe('staged')
  })

  it('is read at once when the seller has told these columns before', async () => {
    const { sellerId } = shop
    const { fingerprint } = table
    await rememberTableMapping(database.owner.db, { sellerId, fingerprint, mapping })
    const importId = await request()
    await takeTurn(importId)
    expect(await stage(importId, { table, rows: [{}] })).toBe('staged')
    expect(await find(importId)).toMatchObject({ mapping })
  })
})

describe('the categories of a seller', () => {
  const categories = [
    { externalId: '1', name: 'Кухня' },
    { externalId: '2', parentExternalId: '1', name: 'Чайники' },
  ]
  const listed = () =>
    asSeller(database.seller.db, shop.sellerId, (trx) =>
      listCategoryMappings(trx, { shopId: shop.shopId, afterPath: '', limit: 10 }),
    )
  const rows = [{ categoryExternalId: '2' }]

  it('are noted with the place that they were given', async () => {
    await importWhole({ categories, rows })
    expect(await listed()).toMatchObject([
      { path: 'Кухня', categoryName: 'Кухня', chosenBy: 'import' },
      { path: 'Кухня > Чайники', categoryName: 'Чайники', chosenBy: 'import' },
    ])
  })

  it('go where the seller has put them, and what is below them goes along', async () => {
    const [home] = (
      await sql<{ id: string }>`
        insert into category (id, name, path) overriding system value
        select id, ${`Дом ${shop.shopId}`}, array[id] from (select nextval(pg_get_serial_sequence('category', 'id')) as id) fresh
        returning id`.execute(database.owner.db)
    ).rows
    const chosen = { sellerId: shop.sellerId, shopId: shop.shopId, categoryId: home!.id }
    await asSeller(database.seller.db, shop.sellerId, (trx) =>
      chooseCategory(trx, { ...chosen, path: 'Кухня' }),
    )
    await importWhole({ categories, rows })
    const [, kettles] = await listed()
    const { parentId } = await database.owner.db
      .selectFrom('category')
      .select('parentId')
      .where('id', '=', kettles!.categoryId)
      .executeTakeFirstOrThrow()
    expect(parentId).toBe(home!.id)
  })
})
