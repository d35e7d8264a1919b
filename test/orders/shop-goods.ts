import type { Kysely } from 'kysely'
import type { Database } from '../../db/database.ts'
import { fillShop } from '../support/catalogue.ts'
import { createShop, type TestShop } from '../support/marketplace.ts'

export type StockedShop = TestShop & {
  /** Shop products in the order of their making. */
  goods: string[]
}

/** A shop with so many shop products of 10.00 RUB, each with so many units in its warehouse in Moscow. */
export async function stockedShop(
  owner: Kysely<Database>,
  { goods = 3, units = 10 }: { goods?: number; units?: number } = {},
): Promise<StockedShop> {
  const shop = await createShop(owner)
  await fillShop(owner, shop, goods)
  await owner
    .updateTable('shopProduct')
    .set({ priceMinor: 1_000, oldPriceMinor: null })
    .where('shopId', '=', shop.shopId)
    .execute()
  await owner.updateTable('stock').set({ units }).where('sellerId', '=', shop.sellerId).execute()
  const rows = await owner
    .selectFrom('shopProduct')
    .select('id')
    .where('shopId', '=', shop.shopId)
    .orderBy('id')
    .execute()
  return { ...shop, goods: rows.map(({ id }) => id) }
}

export const unitsOf = async (owner: Kysely<Database>, shopProductId: string): Promise<number> => {
  const rows = await owner
    .selectFrom('stock')
    .select('units')
    .where('shopProductId', '=', shopProductId)
    .execute()
  return rows.reduce((sum, { units }) => sum + units, 0)
}

export const buyer = { name: 'Анна Петрова', phone: '+7 900 123-45-67', email: 'anna@example.com' }
export const deliverTo = { city: 'msk', address: 'ул. Лесная, 5' }
