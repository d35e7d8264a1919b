import { parse } from 'csv-parse'
import { sql, type Insertable, type Kysely } from 'kysely'
import { Readable } from 'node:stream'
import { ensureCategories } from '../db/catalog/ensure-categories.ts'
import type { Database } from '../db/database.ts'
import type { TestShop } from '../test/support/marketplace.ts'

const BATCH_SIZE = 1_000

type Row = Record<string, string>

/**
 * The peer: what one writes in an afternoon. csv-parse, then multi-row upserts of kysely, a transaction for each thousand
 * rows, into the same tables with the same triggers. It checks nothing and reports nothing.
 */
export async function importPlainly(
  db: Kysely<Database>,
  { sellerId, shopId, warehouseId }: TestShop,
  file: Uint8Array,
): Promise<void> {
  const categoryIds = new Map<string, string>()
  const categoryOf = async (path: string) => {
    const known = categoryIds.get(path)
    if (known !== undefined) return known
    let id: string | null = null
    for (const name of path.split(' > '))
      [id] = (await ensureCategories(db, [{ parentId: id, name }])) as [string]
    categoryIds.set(path, id!)
    return id!
  }
  const upsert = async (rows: readonly Row[]) => {
    for (const row of rows) await categoryOf(row['Категория']!)
    await db.transaction().execute(async (trx) => {
      const products = await trx
        .insertInto('product')
        .values(
          rows.map((row): Insertable<Database['product']> => ({
            sellerId,
            originShopId: shopId,
            externalId: row['Артикул']!,
            offerType: 'simplified',
            name: row['Наименование']!,
            brand: row['Бренд']!,
            categoryId: categoryIds.get(row['Категория']!)!,
            description: row['Описание']!,
            attributes: JSON.stringify([{ name: 'Цвет', value: row['Параметр: Цвет']! }]),
            barcodes: [row['Штрихкод']!],
            pictures: [row['Изображение']!],
          })),
        )
        .onConflict((conflict) =>
          conflict.columns(['originShopId', 'externalId']).doUpdateSet((eb) => ({
            name: eb.ref('excluded.name'),
            brand: eb.ref('excluded.brand'),
            categoryId: eb.ref('excluded.categoryId'),
            description: eb.ref('excluded.description'),
            attributes: eb.ref('excluded.attributes'),
            barcodes: eb.ref('excluded.barcodes'),
            pictures: eb.ref('excluded.pictures'),
            updatedAt: sql`now()`,
          })),
        )
        .returning(['id', 'externalId'])
        .execute()
      const productIds = new Map(products.map(({ id, externalId }) => [externalId, id]))
      const shopProducts = await trx
        .insertInto('shopProduct')
        .values(
          rows.map((row) => ({
            sellerId,
            shopId,
            productId: productIds.get(row['Артикул']!)!,
            externalId: row['Артикул']!,
            priceMinor: minor(row['Цена']!),
            oldPriceMinor: row['Старая цена'] ? minor(row['Старая цена']) : null,
            currency: 'RUB',
            url: row['Ссылка']!,
            available: true,
          })),
        )
        .onConflict((conflict) =>
          conflict.columns(['shopId', 'externalId']).doUpdateSet((eb) => ({
            priceMinor: eb.ref('excluded.priceMinor'),
            oldPriceMinor: eb.ref('excluded.oldPriceMinor'),
            url: eb.ref('excluded.url'),
            available: eb.ref('excluded.available'),
            updatedAt: sql`now()`,
          })),
        )
        .returning(['id', 'externalId'])
        .execute()
      const shopProductIds = new Map(shopProducts.map(({ id, externalId }) => [externalId, id]))
      const inStock = rows.filter((row) => row['Остаток'] !== '0')
      if (inStock.length === 0) return
      await trx
        .insertInto('stock')
        .values(
          inStock.map((row) => ({
            shopProductId: shopProductIds.get(row['Артикул']!)!,
            warehouseId,
            sellerId,
            units: Number(row['Остаток']),
          })),
        )
        .onConflict((conflict) =>
          conflict.columns(['shopProductId', 'warehouseId']).doUpdateSet((eb) => ({
            units: eb.ref('excluded.units'),
            updatedAt: sql`now()`,
          })),
        )
        .execute()
    })
  }

  let batch: Row[] = []
  const rows = Readable.from([Buffer.from(file)]).pipe(parse({ columns: true, delimiter: ';' }))
  for await (const row of rows as AsyncIterable<Row>) {
    batch.push(row)
    if (batch.length < BATCH_SIZE) continue
    await upsert(batch)
    batch = []
  }
  if (batch.length > 0) await upsert(batch)
}

const minor = (price: string) => Math.round(Number(price) * 100)
