import type { Transaction } from 'kysely'
import type { Database } from '../../db/database.ts'
import type { DemoMarketplace, DemoSeller } from './marketplace.ts'

type Trx = Transaction<Database>
export type CreatedShop = { sellerId: string; shopId: string; seller: DemoSeller }

/** Cities, sellers, shops and warehouses; what is there already stays as it is. The goods come by import. */
export async function createMarketplace(
  trx: Trx,
  { cities, sellers }: DemoMarketplace,
): Promise<CreatedShop[]> {
  await trx
    .insertInto('city')
    .values(cities)
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const created: CreatedShop[] = []
  for (const seller of sellers)
    created.push({
      ...((await findShop(trx, seller)) ?? (await createSeller(trx, seller))),
      seller,
    })
  return created
}

async function findShop(trx: Trx, { shop }: DemoSeller) {
  const found = await trx
    .selectFrom('shop')
    .select(['id', 'sellerId'])
    .where('slug', '=', shop.slug)
    .executeTakeFirst()
  return found && { sellerId: found.sellerId, shopId: found.id }
}

async function createSeller(trx: Trx, { name, shop, warehouses }: DemoSeller) {
  const { id: sellerId } = await trx
    .insertInto('seller')
    .values({ name })
    .returning('id')
    .executeTakeFirstOrThrow()
  let defaultWarehouseId: string | null = null
  for (const { externalId, name, cityId, servesCityIds, isDefault, dispatch } of warehouses) {
    const { id: warehouseId } = await trx
      .insertInto('warehouse')
      .values({ sellerId, externalId, name, cityId })
      .returning('id')
      .executeTakeFirstOrThrow()
    await trx
      .insertInto('warehouseCity')
      .values(servesCityIds.map((servedId) => ({ warehouseId, cityId: servedId, sellerId })))
      .execute()
    await trx
      .insertInto('warehouseDispatch')
      .values({ warehouseId, sellerId, ...dispatch })
      .execute()
    if (isDefault) defaultWarehouseId = warehouseId
  }
  const { id: shopId } = await trx
    .insertInto('shop')
    .values({ sellerId, ...shop, defaultWarehouseId })
    .returning('id')
    .executeTakeFirstOrThrow()
  return { sellerId, shopId }
}
