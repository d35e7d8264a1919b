import { sql, type Kysely } from 'kysely'
import type { Database } from '../database.ts'

export type SuggestableBrand = { brand: string; goods: string; cities: string[] }

/** The brands of published goods, the fullest first, with the cities where goods of them are in stock. Role `system`. */
export async function listSuggestableBrands(
  db: Kysely<Database>,
  limit: number,
): Promise<SuggestableBrand[]> {
  const { rows } = await sql<SuggestableBrand>`
    with goods as materialized (${published(sql`p.brand`)}),
    brands as (
      select of as brand, count(*) as goods from goods where of is not null
      group by of order by 2 desc, 1 limit ${limit}
    )
    select brands.*, coalesce(cities, '{}') as cities
    from brands left join (${inStockIn}) places on places.of = brands.brand`.execute(db)
  return rows
}

export type SuggestableCategory = {
  id: string
  name: string
  parent: string | null
  goods: string
  cities: string[]
}

/** The categories in which, or below which, there are published goods. Role `system`. */
export async function listSuggestableCategories(
  db: Kysely<Database>,
): Promise<SuggestableCategory[]> {
  const { rows } = await sql<SuggestableCategory>`
    with goods as materialized (${published(sql`p.category_id`)}),
    counted as (select of, count(*) as goods from goods group by of),
    places as (
      select of, city_id from (${inStockIn}) own, unnest(own.cities) as city_id
    )
    select c.id, c.name, parent.name as parent, sum(counted.goods) as goods,
      coalesce((
        select array_agg(distinct places.city_id) from places
        join category below on below.id = places.of where below.path @> array[c.id]
      ), '{}') as cities
    from category c
    join category below on below.path @> array[c.id]
    join counted on counted.of = below.id
    left join category parent on parent.id = c.parent_id
    group by c.id, c.name, parent.name`.execute(db)
  return rows
}

/** Published goods by what they are grouped by. */
const published = (of: ReturnType<typeof sql>) => sql`
  select sp.id, ${of} as of from shop_product sp
  join shop s on s.id = sp.shop_id and s.state = 'active'
  join product p on p.id = sp.product_id
  where sp.active`

const inStockIn = sql`
  select of, array_agg(distinct city_id) as cities
  from goods join stock st on st.shop_product_id = goods.id and st.units > 0
  join warehouse_city wc on wc.warehouse_id = st.warehouse_id
  group by of`
