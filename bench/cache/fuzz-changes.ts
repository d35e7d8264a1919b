import type { Pool } from 'pg'
import type { Sampler } from '../../test/support/sampler.ts'
import type { Good, Model } from './fuzz-model.ts'

/**
 * Makes a change in PostgreSQL and in the model, in one statement or transaction.
 * @returns the id of the shop product; `undefined` when the good is not one that could be changed so
 */
type Change = (around: Around, good: Good) => Promise<string | undefined>
type Around = { pool: Pool; model: Model; random: Sampler }

let named = 0

/** Prices and popularities repeat, so that many goods stand at the same key. */
export const somePrice = (random: Sampler) => 1_000 * (1 + random.number(900))
const somePopularity = (random: Sampler) => random.number(600)

const leaves = ({ categories }: Model) => {
  const parents = new Set([...categories.values()].map(({ parentId }) => parentId))
  return [...categories.keys()].filter((id) => !parents.has(id))
}

const update =
  (
    table: 'shop_product' | 'product',
    change: (good: Good, random: Sampler) => { column: string; value: unknown; keep?: () => void },
  ): Change =>
  async ({ pool, random }, good) => {
    const { column, value, keep } = change(good, random)
    const id = table === 'product' ? good.productId : good.id
    await pool.query(`update ${table} set ${column} = $1 where id = $2`, [value, id])
    keep?.()
    return good.id
  }

const price = update('shop_product', (good, random) => {
  const below = good.oldPriceMinor ?? Infinity
  const step = 100 * (1 + random.number(20))
  const stepped = random.chance(0.5) ? good.priceMinor + step : good.priceMinor - step
  const wanted = random.chance(0.5) ? stepped : somePrice(random)
  const value = Math.max(100, Math.min(wanted, below - 1))
  return { column: 'price_minor', value, keep: () => (good.priceMinor = value) }
})

const oldPrice = update('shop_product', (good, random) => {
  const isNone = good.oldPriceMinor !== null && random.chance(0.5)
  const value = isNone ? null : good.priceMinor + 100 * (1 + random.number(500))
  return { column: 'old_price_minor', value, keep: () => (good.oldPriceMinor = value) }
})

const popularity = update('shop_product', (good, random) => {
  const value = random.chance(0.5) ? good.popularity + 1 : somePopularity(random)
  return { column: 'popularity', value, keep: () => (good.popularity = value) }
})

const activity = update('shop_product', (good) => {
  const value = !good.active
  return { column: 'active', value, keep: () => (good.active = value) }
})

const name = update('product', (good) => {
  const value = `Самовар ${named++}`
  return { column: 'name', value, keep: () => (good.name = value) }
})

const brand = update('product', (good, random) => {
  const value = random.chance(0.2) ? null : `Бренд ${named++}`
  return { column: 'brand', value, keep: () => (good.brand = value) }
})

const category: Change = async (around, good) => {
  const others = leaves(around.model).filter((id) => id !== good.categoryId)
  const value = around.random.one(others)
  return update('product', () => ({
    ...{ column: 'category_id', value },
    keep: () => (good.categoryId = value),
  }))(around, good)
}

const notShown = (column: string, value: () => unknown) =>
  update('product', () => ({ column, value: value() }))

const stock =
  (toNone: boolean): Change =>
  async ({ pool, model, random }, good) => {
    const { warehouseIds, sellerId } = model.shops.get(good.shopId)!
    const held = warehouseIds.filter((id) => (good.units.get(id) ?? 0) > 0)
    if (toNone && held.length === 0) return undefined
    const warehouseId = random.one(toNone ? held : warehouseIds)
    const units = toNone ? 0 : (good.units.get(warehouseId) ?? 0) + 1 + random.number(5)
    await putStock(pool, { id: good.id, warehouseId, sellerId, units })
    good.units.set(warehouseId, units)
    return good.id
  }

type Stock = { id: string; warehouseId: string; sellerId: string; units: number }

const putStock = (pool: Pick<Pool, 'query'>, { id, warehouseId, sellerId, units }: Stock) =>
  pool.query(
    `insert into stock (shop_product_id, warehouse_id, seller_id, units) values ($1, $2, $3, $4)
     on conflict (shop_product_id, warehouse_id) do update set units = excluded.units`,
    [id, warehouseId, sellerId, units],
  )

const insert: Change = async (around) => {
  const [id] = await insertGoods(around, 1)
  return id
}

const remove: Change = async ({ pool, model }, { id }) => {
  await pool.query('delete from shop_product where id = $1', [id])
  model.goods.delete(id)
  return id
}

/** So many new goods in one transaction, so that they share the instant of their making. */
export async function insertGoods(around: Around, count: number): Promise<string[]> {
  const { pool, model, random } = around
  const client = await pool.connect()
  try {
    await client.query('begin')
    const goods: Good[] = []
    for (let made = 0; made < count; made++) goods.push(await insertGood(client, model, random))
    await client.query('commit')
    for (const good of goods) model.goods.set(good.id, good)
    return goods.map(({ id }) => id)
  } finally {
    client.release()
  }
}

async function insertGood(
  client: Pick<Pool, 'query'>,
  model: Model,
  random: Sampler,
): Promise<Good> {
  const shop = random.one([...model.shops.values()])
  const priceMinor = somePrice(random)
  const shown = {
    ...{ externalId: `sku-${named++}`, name: `Чайник ${named}` },
    brand: random.chance(0.2) ? null : `Бренд ${random.number(20)}`,
    ...{ categoryId: random.one(leaves(model)), shopId: shop.id, priceMinor },
    oldPriceMinor: random.chance(0.3) ? priceMinor + 5_000 : null,
    ...{ popularity: somePopularity(random), active: random.chance(0.95) },
  }
  const product = await client.query<{ id: string }>(
    `insert into product (seller_id, origin_shop_id, external_id, offer_type, name, brand, category_id, attributes)
     values ($1, $2, $3, 'simplified', $4, $5, $6, '[]') returning id`,
    [shop.sellerId, shop.id, shown.externalId, shown.name, shown.brand, shown.categoryId],
  )
  const productId = product.rows[0]!.id
  const made = await client.query<{ id: string; micros: string }>(
    `insert into shop_product (seller_id, shop_id, product_id, external_id, price_minor, old_price_minor, currency,
       available, active, popularity)
     values ($1, $2, $3, $4, $5, $6, 'RUB', true, $7, $8)
     returning id, (extract(epoch from created_at) * 1000000)::bigint as micros`,
    [
      ...[shop.sellerId, shop.id, productId, shown.externalId, shown.priceMinor],
      ...[shown.oldPriceMinor, shown.active, shown.popularity],
    ],
  )
  const { id, micros } = made.rows[0]!
  const units = new Map<string, number>()
  for (const warehouseId of shop.warehouseIds) {
    if (random.chance(0.3)) continue
    units.set(warehouseId, 1 + random.number(30))
    await putStock(client, {
      ...{ id, warehouseId, sellerId: shop.sellerId, units: units.get(warehouseId)! },
    })
  }
  return { id, productId, ...shown, createdMicros: Number(micros), units }
}

/** By name, in the order of the table. */
export const changes = {
  price,
  'old price': oldPrice,
  'more in stock': stock(false),
  'none in stock': stock(true),
  'on or off sale': activity,
  popularity,
  name,
  brand,
  'category of a product': category,
  'new good': insert,
  deleted: remove,
  'description (not shown)': notShown('description', () => `Описание ${named++}`),
  'barcodes (not shown)': notShown('barcodes', () => [String(4_600_000_000_000 + named++)]),
  'attributes (not shown)': notShown('attributes', () =>
    JSON.stringify([{ name: 'Цвет', value: `№ ${named++}` }]),
  ),
} satisfies Record<string, Change>

export type ChangeKind = keyof typeof changes
export const CHANGE_KINDS = Object.keys(changes) as ChangeKind[]
