import { sql, type Kysely } from 'kysely'
import type { Database } from '../database.ts'

export type SuggestableBrand = { brand: string; goods: string; cities: string[] }

/** The brands of published goods, the fullest first, with the cities where goods of them are in stock. Role `system`. */
export async function listSuggestableBrands(
  db: Kysely<Database>,
  limit: number,
): Promise<SuggestableBrand[]> {
  const { rows } = await sql<SuggestableBrand>`
    with ${publishedGoodsOf(sql`p.brand`)},
    counted as (
      select of, count(*) as goods from goods where of is not null
      group by of order by 2 desc, 1 limit ${limit}
    ),
    cities as (select of, array_agg(city_id order by city_id) as cities from in_stock group by of)
    select counted.of as brand, goods, coalesce(cities, '{}') as cities
    from counted left join cities using (of)`.execute(db)
  return rows
}

export type SuggestableCategory = {
  id: string
  name: string
  parent: string | null
  goods: string
  cities: string[]
}

/** The categories in which, or below which, there are published goods; cities as of brands. Role `system`. */
export async function listSuggestableCategories(
  db: Kysely<Database>,
): Promise<SuggestableCategory[]> {
  const { rows } = await sql<SuggestableCategory>`
    with ${publishedGoodsOf(sql`p.category_id`)},
    counted as (select of, count(*) as goods from goods group by of),
    above as (select id as of, unnest(path) as id from category),
    filled as (select above.id, sum(goods) as goods from counted join above using (of) group by above.id),
    cities as (
      select above.id, array_agg(distinct city_id) as cities from in_stock join above using (of)
      group by above.id
    )
    select c.id, c.name, parent.name as parent, goods, coalesce(cities, '{}') as cities
    from filled join category c using (id) left join cities using (id)
    left join category parent on parent.id = c.parent_id`.execute(db)
  return rows
}

/** `goods` that are published by what they are grouped `of`, and the cities where some of each group are `in_stock`. */
const publishedGoodsOf = (group: ReturnType<typeof sql>) => sql`
  goods as materialized (
    select sp.id, ${group} as of from shop_product sp
    join shop s on s.id = sp.shop_id and s.state = 'active'
    join product p on p.id = sp.product_id
    where sp.active
  ),
  stocked as (
    select distinct of, warehouse_id from goods
    join stock on shop_product_id = goods.id and units > 0
  ),
  in_stock as (select distinct of, city_id from stocked join warehouse_city using (warehouse_id))`
