import { randomUUID } from 'node:crypto'
import { sql, type Kysely } from 'kysely'
import type { Sink } from '../../contracts/storefront.ts'
import type { Database } from '../../db/database.ts'
import type { Attribute } from '../../db/catalog/tables.ts'
import { confirmProjected, readPendingDocuments } from '../../db/storefront/documents.ts'
import { drainFanouts } from '../../db/storefront/fanouts.ts'
import type { TestShop } from '../support/marketplace.ts'

export type TestCategory = { id: string; path: string[] }

export async function createCategory(
  owner: Kysely<Database>,
  name: string,
  parent?: TestCategory,
): Promise<TestCategory> {
  const { rows } = await sql<TestCategory>`
    insert into category (id, parent_id, name, path) overriding system value
    select id, ${parent?.id ?? null}::bigint, ${name}, ${parent?.path ?? []}::bigint[] || id
    from nextval(pg_get_serial_sequence('category', 'id')) as id
    returning id, path`.execute(owner)
  return rows[0]!
}

export type Good = {
  category: TestCategory
  groupId?: string
  name?: string
  brand?: string
  model?: string
  vendorCode?: string
  barcodes?: string[]
  description?: string
  attributes?: Attribute[]
  pictures?: string[]
  priceMinor?: number
  oldPriceMinor?: number
  popularity?: number
  createdAt?: Date
  active?: boolean
  /** In the shop's own warehouse. */
  units?: number
}

export type TestGood = { productId: string; shopProductId: string }

/** A product of the shop, on sale, with its stock: each written by a statement of its own. */
export async function createGood(
  owner: Kysely<Database>,
  { sellerId, shopId, warehouseId }: TestShop,
  good: Good,
): Promise<TestGood> {
  const externalId = randomUUID()
  const { id: productId } = await owner
    .insertInto('product')
    .values({
      sellerId,
      originShopId: shopId,
      externalId,
      groupId: good.groupId ?? null,
      offerType: 'simplified',
      name: good.name ?? 'Чайник',
      brand: good.brand ?? null,
      model: good.model ?? null,
      vendorCode: good.vendorCode ?? null,
      categoryId: good.category.id,
      description: good.description ?? null,
      attributes: JSON.stringify(good.attributes ?? []),
      barcodes: good.barcodes ?? [],
      pictures: good.pictures ?? [],
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const { id: shopProductId } = await owner
    .insertInto('shopProduct')
    .values({
      sellerId,
      shopId,
      productId,
      externalId,
      priceMinor: good.priceMinor ?? 1_000_00,
      oldPriceMinor: good.oldPriceMinor ?? null,
      currency: 'RUB',
      available: true,
      active: good.active ?? true,
      popularity: good.popularity ?? 0,
      ...(good.createdAt && { createdAt: good.createdAt }),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  if (good.units !== undefined)
    await owner
      .insertInto('stock')
      .values({ shopProductId, warehouseId, sellerId, units: good.units })
      .execute()
  return { productId, shopProductId }
}

/** Everything that waits for the sink counts as applied. Gives the ids of what waited, in the order of the queue. */
export async function settle(system: Kysely<Database>, sink: Sink): Promise<string[]> {
  while ((await drainFanouts(system, 1_000)) > 0);
  const pending = await readPendingDocuments(system, sink, 10_000)
  await confirmProjected(system, sink, pending)
  return pending.map(({ shopProductId }) => shopProductId)
}
