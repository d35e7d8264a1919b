import type { Pool } from 'pg'
import { encodeCursor } from '../../domain/storefront/cursor.ts'
import { listingQuestion } from '../../domain/storefront/listing-page.ts'
import { LISTING_SORTS, scopeKey, type ListingScope } from '../../domain/storefront/listing.ts'
import type { Sampler } from '../../test/support/sampler.ts'
import { listed, sortKey, type Model, type ModelPage } from './fuzz-model.ts'

export const GOODS = 2_000

const CITIES = ['msk', 'spb', 'kzn', 'nsk']
const SHOPS = 8
/** Three levels: 3 + 6 + 18. */
const ROOTS = 3
const BELOW = [2, 3]
const SCOPES = 48
const PAGES = 300
const LIMITS = [5, 10, 20, 20, 20, 50, 100]

/** Cities, shops with two warehouses each, and categories, in PostgreSQL and in a model; no goods yet. */
export async function fuzzMarket(pool: Pool, random: Sampler): Promise<Model> {
  const insert = async (statement: string, values: unknown[]) => {
    const { rows } = await pool.query<{ id: string }>(statement, values)
    return rows[0]!.id
  }
  for (const [position, id] of CITIES.entries())
    await insert(
      `insert into city (id, name, name_en, time_zone, position) values ($1, $1, $1, 'Europe/Moscow', $2) returning id`,
      [id, position],
    )
  const model: Model = {
    ...{ goods: new Map(), shops: new Map(), categories: new Map(), serves: new Map() },
  }

  for (let number = 0; number < SHOPS; number++) {
    const name = `Лавка ${number}`
    const sellerId = await insert('insert into seller (name) values ($1) returning id', [name])
    const warehouseIds: string[] = []
    for (const warehouse of ['main', 'second']) {
      const id = await insert(
        `insert into warehouse (seller_id, external_id, name, city_id) values ($1, $2, 'Склад', $3) returning id`,
        [sellerId, warehouse, random.one(CITIES)],
      )
      const cities = random.some(CITIES, 3)
      for (const city of cities)
        await insert(
          'insert into warehouse_city (warehouse_id, city_id, seller_id) values ($1, $2, $3) returning city_id as id',
          [id, city, sellerId],
        )
      model.serves.set(id, cities)
      warehouseIds.push(id)
    }
    const id = await insert(
      'insert into shop (seller_id, name, slug, default_warehouse_id) values ($1, $2, $3, $4) returning id',
      [sellerId, name, `shop-${number}`, warehouseIds[0]],
    )
    model.shops.set(id, { id, name, sellerId, warehouseIds })
  }

  const grow = async (parentId: string | null, path: string[], levels: readonly number[]) => {
    const name = `Раздел ${model.categories.size}`
    const id = await insert(
      `insert into category (id, parent_id, name, path) overriding system value
       select id, $1, $2, $3::bigint[] || id from nextval(pg_get_serial_sequence('category', 'id')) id returning id`,
      [parentId, name, path],
    )
    model.categories.set(id, { id, name, parentId })
    const [children = 0, ...deeper] = levels
    for (let child = 0; child < children; child++) await grow(id, [...path, id], deeper)
  }
  for (let root = 0; root < ROOTS; root++) await grow(null, [], BELOW)
  return model
}

/** Different pages of many scopes: the first ones in every sort, and others with other limits, some of them deeper. */
export function fuzzPages(model: Model, random: Sampler): ModelPage[] {
  const pages = new Map<string, ModelPage>()
  const add = (page: ModelPage) =>
    pages.set(`${scopeKey(page.scope)} ${page.sort} ${page.limit} ${page.cursor ?? ''}`, page)
  const scopes = someScopes(model, random)
  for (const scope of scopes.slice(0, SCOPES / 2))
    for (const sort of LISTING_SORTS)
      add({ scope, sort, limit: 20, cursor: undefined, after: undefined })
  while (pages.size < PAGES) {
    const [scope, sort] = [random.one(scopes), random.one(LISTING_SORTS)]
    const inOrder = listed(model, scope, sort)
    const from = inOrder.length > 0 && random.chance(0.6) ? random.one(inOrder) : undefined
    const after = from && { key: sortKey(from, sort), id: Number(from.id) }
    add({
      ...{ scope, sort, after, limit: random.one(LIMITS) },
      cursor:
        after &&
        encodeCursor(listingQuestion({ scope, sort }), [String(after.key), String(after.id)]),
    })
  }
  return [...pages.values()]
}

function someScopes({ shops, categories }: Model, random: Sampler): ListingScope[] {
  const maybe = <T>(from: readonly T[]) => (random.chance(0.5) ? random.one(from) : undefined)
  const scopes = new Map<string, ListingScope>([[scopeKey({}), {}]])
  for (const city of CITIES) scopes.set(scopeKey({ city }), { city })
  while (scopes.size < SCOPES) {
    const scope = {
      city: maybe(CITIES),
      shop: maybe([...shops.keys()]),
      category: maybe([...categories.keys()]),
    }
    scopes.set(scopeKey(scope), scope)
  }
  return [...scopes.values()]
}
