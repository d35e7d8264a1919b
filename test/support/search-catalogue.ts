import { sql, type Kysely } from 'kysely'
import type { Database } from '../../db/database.ts'

/** What can be chosen in a search of the catalogue. */
export type SearchCatalogue = {
  cities: string[]
  brands: string[]
  categories: string[]
  /** Values by name; units are part of them, as facets show them. */
  attributes: Record<string, string[]>
  /** First words of the goods' names. */
  kinds: string[]
}

const CITIES = 12
const SELLERS = 24
const BRANDS = 300

const kinds = [
  ...['Чайник', 'Наушники', 'Рюкзак', 'Лампа', 'Кроссовки', 'Плед', 'Колонка', 'Кофемолка'],
  ...['Смартфон', 'Чехол', 'Куртка', 'Ботинки', 'Стол', 'Кресло', 'Ёлка', 'Гирлянда'],
  ...['Удочка', 'Палатка', 'Велосипед', 'Шлем', 'Кастрюля', 'Сковорода', 'Нож', 'Ковёр'],
]
const traits = [
  ...['беспроводные', 'складной', 'детский', 'для дома', 'походный', 'с подсветкой', 'лёгкий'],
  ...['для наушников', 'зимний', 'с чехлом', 'большой', 'тёплый', 'профессиональный'],
]
const attributes = {
  Цвет: ['синий', 'чёрный', 'жёлтый', 'белый', 'тёмно-зелёный', 'красный', 'серый', 'бежевый'],
  Материал: ['пластик', 'дерево', 'сталь', 'хлопок', 'кожа', 'стекло'],
  Страна: ['Россия', 'Китай', 'Беларусь', 'Турция', 'Вьетнам', 'Италия'],
  Гарантия: ['6 мес', '12 мес', '24 мес'],
  Мощность: Array.from({ length: 90 }, (_, n) => `${n + 5} Вт`),
}

/** A number below `below` that depends on the good and on `salt` alone; low ones come more often when `steep`. */
const dice = (salt: number, below: number, steep = false) => {
  const even = `(abs(hashint8(n * 64 + ${salt})::bigint) % 1000003 / 1000003.0)`
  return sql.raw(`floor(${below} * ${steep ? `power(${even}, 3)` : even})::int`)
}
const pick = (from: readonly string[], salt: number, steep = false) =>
  sql`(${from}::text[])[1 + ${dice(salt, from.length, steep)}]`

/**
 * A believable marketplace of so many shop products, made by PostgreSQL itself: sellers in several cities, a tree of
 * categories, a few brands that sell most, attributes that not every good has.
 */
export async function fillSearchCatalogue(
  owner: Kysely<Database>,
  goods: number,
): Promise<SearchCatalogue> {
  await sql`
    insert into city select 'city-' || n, 'Город ' || n, 'City ' || n, 'Europe/Moscow', n
    from generate_series(1, ${CITIES}::int) n`.execute(owner)
  await sql`
    insert into seller (name) select 'Продавец ' || n from generate_series(1, ${SELLERS}::int) n`.execute(
    owner,
  )
  await sql`
    insert into warehouse (seller_id, external_id, name, city_id)
    select id, 'w' || n, 'Склад', 'city-' || 1 + (id + n * 5) % ${CITIES}::int
    from seller cross join generate_series(1, 2) n`.execute(owner)
  await sql`
    insert into warehouse_city (warehouse_id, seller_id, city_id)
    select distinct w.id, w.seller_id, 'city-' || 1 + (w.id + n * w.seller_id) % ${CITIES}::int
    from warehouse w cross join generate_series(0, 1 + (w.id % 3)::int) n`.execute(owner)
  await sql`
    insert into delivery_city (seller_id, city_id)
    select id, 'city-' || 1 + (id * 7) % ${CITIES}::int from seller where id % 3 = 0`.execute(owner)
  await sql`
    insert into shop (seller_id, name, slug, default_warehouse_id)
    select id, name, 'shop-' || id, (select min(w.id) from warehouse w where w.seller_id = seller.id)
    from seller`.execute(owner)
  await fillCategories(owner)
  await fillGoods(owner, goods)
  await sql`analyze`.execute(owner)

  const { rows } = await sql<{ id: string }>`select id::text from category order by id`.execute(
    owner,
  )
  return {
    cities: Array.from({ length: CITIES }, (_, n) => `city-${n + 1}`),
    brands: Array.from({ length: BRANDS }, (_, n) => `Бренд ${n}`),
    categories: rows.map(({ id }) => id),
    attributes,
    kinds,
  }
}

/** Eight roots, six below each, and a leaf for every kind of good below those. */
async function fillCategories(owner: Kysely<Database>): Promise<void> {
  const below = (parents: number, perParent: number, name: string) => sql`
    with parents as (
      select id, path, name from category where cardinality(path) = ${parents}::int
    ), ids as (
      select parents.*, n, nextval(pg_get_serial_sequence('category', 'id')) as own
      from parents cross join generate_series(1, ${perParent}::int) n
    )
    insert into category (id, parent_id, name, path) overriding system value
    select own, id, ${name}::text || ' ' || name || ' ' || n, path || own from ids`
  await sql`
    insert into category (id, parent_id, name, path) overriding system value
    select id, null, 'Отдел ' || id, array[id]
    from (select nextval(pg_get_serial_sequence('category', 'id')) as id from generate_series(1, 8)) ids`.execute(
    owner,
  )
  await below(1, 6, 'Раздел').execute(owner)
  await below(2, 4, 'Группа').execute(owner)
}

async function fillGoods(owner: Kysely<Database>, goods: number): Promise<void> {
  const attribute = ([name, values]: [string, string[]], salt: number) => sql`
    case when ${dice(salt + 20, 10)} < 8 then jsonb_build_array(jsonb_build_object(
      'name', ${name}::text, 'value', ${pick(values, salt, true)})) else '[]' end`
  const pairs = Object.entries(attributes).map((entry, n) => attribute(entry, n + 10))
  await sql`
    insert into product (seller_id, origin_shop_id, external_id, offer_type, name, brand, vendor_code, category_id,
      attributes)
    select s.seller_id, s.id, 'sku-' || n, 'simplified',
      ${pick(kinds, 1)} || ' ' || ${pick(traits, 2)} || ' М-' || n,
      case when ${dice(3, 20)} > 0 then 'Бренд ' || ${dice(4, BRANDS, true)} end, 'М-' || n,
      leaves.ids[1 + ${dice(5, 192, true)}], ${sql.join(pairs, sql` || `)}
    from generate_series(1, ${goods}::int) n
    cross join (select array_agg(id order by id) as ids from category where cardinality(path) = 3) leaves
    join shop s on s.id = 1 + n % ${SELLERS}::int`.execute(owner)
  await sql`
    insert into shop_product (seller_id, shop_id, product_id, external_id, price_minor, currency, available, active,
      popularity)
    select seller_id, origin_shop_id, id, external_id,
      (10000 * power(10, 3.0 * (abs(hashint8(id)::bigint) % 100000) / 100000))::bigint, 'RUB', true, id % 50 > 0,
      (1000000 / (1 + abs(hashint8(id * 7)::bigint) % 100000))::bigint
    from product`.execute(owner)
  await sql`
    insert into stock (shop_product_id, warehouse_id, seller_id, units)
    select sp.id, w.id, sp.seller_id, (sp.id + w.id) % 4 * 3
    from shop_product sp join warehouse w on w.seller_id = sp.seller_id where sp.id % 5 > 0`.execute(
    owner,
  )
}
