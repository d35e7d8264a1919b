import { sql, type Kysely, type Transaction } from 'kysely'
import { setTimeout as pause } from 'node:timers/promises'
import type { Database } from '../db/database.ts'
import type { TestShop } from '../test/support/marketplace.ts'
import { seeded } from './generate/random.ts'

export type Goods = { shops: TestShop[]; categoryId: string; ids: string[] }

type Change = (trx: Transaction<Database>, goods: Goods, random: () => number) => Promise<unknown>

const WRITERS = 4
const MOST_PER_TRANSACTION = 20
/** One change in so many is of a category, a shop or the cities of a warehouse. */
const WIDE_EVERY = 1_500

/**
 * Inserts, updates and deletes shop products in random order, in transactions of up to twenty, of which every tenth is
 * rolled back; sometimes a category, a shop or the cities of a warehouse.
 * @param perSecond how many changes, over all writers
 */
export async function changeAtRandom(
  owner: Kysely<Database>,
  goods: Goods,
  { count, perSecond, seed }: { count: number; perSecond: number; seed: number },
): Promise<void> {
  const startedAt = performance.now()
  let made = 0
  const writer = async (number: number) => {
    const random = seeded(seed + number)
    while (made < count) {
      const size = Math.min(1 + Math.floor(random() * MOST_PER_TRANSACTION), count - made)
      made += size
      await inTransaction(owner, random() < 0.1, async (trx) => {
        for (let change = 0; change < size; change++) await pick(random)(trx, goods, random)
      })
      const ahead = (made / perSecond) * 1_000 - (performance.now() - startedAt)
      if (ahead > 0) await pause(ahead)
    }
  }
  await Promise.all(Array.from({ length: WRITERS }, (_, number) => writer(number)))
}

class RolledBack extends Error {}

/** A deadlock is nobody's fault: the next one does what this one would have. */
async function inTransaction(
  owner: Kysely<Database>,
  rollBack: boolean,
  work: (trx: Transaction<Database>) => Promise<void>,
): Promise<void> {
  try {
    await owner.transaction().execute(async (trx) => {
      await work(trx)
      if (rollBack) throw new RolledBack()
    })
  } catch (error) {
    const isDeadlock = (error as { code?: string }).code === '40P01'
    if (!isDeadlock && !(error instanceof RolledBack)) throw error
  }
}

function pick(random: () => number): Change {
  if (random() < 1 / WIDE_EVERY) return wide[Math.floor(random() * wide.length)]!
  const weight = random()
  if (weight < 0.25) return insert
  if (weight < 0.4) return remove
  return updates[Math.floor(random() * updates.length)]!
}

const oneOf = <T>(values: readonly T[], random: () => number) =>
  values[Math.floor(random() * values.length)]!

const insert: Change = async (trx, goods, random) => {
  const { sellerId, shopId, warehouseId } = oneOf(goods.shops, random)
  const { rows } = await sql<{ id: string }>`
    with made as (
      insert into product (seller_id, origin_shop_id, external_id, offer_type, name, category_id, attributes)
      values (${sellerId}, ${shopId}, gen_random_uuid(), 'simplified', ${`Чайник ${random()}`}, ${goods.categoryId}, '[]')
      returning id, seller_id, origin_shop_id, external_id
    )
    insert into shop_product (seller_id, shop_id, product_id, external_id, price_minor, currency, available)
    select seller_id, origin_shop_id, id, external_id, 100000, 'RUB', true from made returning id`.execute(
    trx,
  )
  const id = rows[0]!.id
  await sql`insert into stock (shop_product_id, warehouse_id, seller_id, units)
    values (${id}, ${warehouseId}, ${sellerId}, 5)`.execute(trx)
  goods.ids.push(id)
}

const remove: Change = (trx, { ids }, random) => {
  const at = Math.floor(random() * ids.length)
  const id = ids[at]!
  if (random() < 0.9) ids.splice(at, 1)
  return sql`delete from shop_product where id = ${id}`.execute(trx)
}

const updateOf =
  (statement: (id: string, random: () => number) => ReturnType<typeof sql>): Change =>
  (trx, { ids }, random) =>
    statement(oneOf(ids, random), random).execute(trx)

const updates: Change[] = [
  updateOf((id, random) => {
    const price = 100 + Math.floor(random() * 90_000)
    return sql`update shop_product set price_minor = ${price} where id = ${id}`
  }),
  updateOf(
    (id, random) => sql`
      update product set name = ${`Самовар ${random()}`}
      where id = (select product_id from shop_product where id = ${id})`,
  ),
  updateOf((id, random) => {
    const units = Math.floor(random() * 3)
    return sql`update stock set units = ${units} where shop_product_id = ${id}`
  }),
  updateOf((id) => sql`update shop_product set active = not active where id = ${id}`),
]

const wide: Change[] = [
  (trx, { categoryId }, random) =>
    sql`update category set name = ${`Техника ${random()}`} where id = ${categoryId}`.execute(trx),
  (trx, { shops }, random) =>
    sql`update shop set state = case state when 'active' then 'suspended' else 'active' end
      where id = ${oneOf(shops, random).shopId}`.execute(trx),
  (trx, { shops }, random) => {
    const { warehouseId, sellerId } = oneOf(shops, random)
    return random() < 0.5
      ? sql`delete from warehouse_city where warehouse_id = ${warehouseId}`.execute(trx)
      : sql`insert into warehouse_city (warehouse_id, city_id, seller_id)
          values (${warehouseId}, 'spb', ${sellerId}) on conflict do nothing`.execute(trx)
  },
]
