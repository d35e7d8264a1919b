import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { ListingScope, ListingSort } from '../../domain/storefront/listing.ts'
import type { ShopProductRow } from '../../domain/storefront/shown-shop-product.ts'
import type { Database } from '../database.ts'

export type ListingQuery = {
  scope: ListingScope
  sort: ListingSort
  limit: number
  /** The `key` and `id` of the last shop product of the page before. */
  after?: { key: string; id: string } | undefined
}

/** Its units are those in the warehouses that serve the city; without a city, in all of them. */
export type ListedShopProduct = ShopProductRow & {
  /** What the sort is by. */
  key: string
}

export type ListingPage = {
  items: ListedShopProduct[]
  /** The first beyond the page; `undefined` where the listing ends. */
  next: { key: string; id: string } | undefined
  /** False when something on the page is about to be invalidated; then the page must not be kept. */
  settled: boolean
}

/** A page of a listing, as role `storefront`: published shop products, with a city those that are in stock there. */
export async function readListing(
  db: Kysely<Database>,
  { scope, sort, limit, after }: ListingQuery,
): Promise<ListingPage> {
  const serving = scope.city === undefined ? undefined : await whoServes(db, scope.city, scope.shop)
  const warehouseIds = serving?.map(({ warehouseId }) => warehouseId)
  const categoryIds = scope.category === undefined ? undefined : await subtree(db, scope.category)
  const { column, key, bound, direction, beyond } = orders[sort]

  const conditions = [sql`sp.active`]
  if (scope.shop !== undefined) conditions.push(sql`sp.shop_id = ${scope.shop}`)
  const isMerged = categoryIds && scope.shop === undefined && categoryIds.length <= MOST_MERGED
  if (categoryIds && !isMerged)
    conditions.push(sql`sp.category_id = any (${categoryIds}::bigint[])`)
  if (serving?.length === 0) conditions.push(sql`false`)
  else if (serving) {
    const sellerIds = [...new Set(serving.map(({ sellerId }) => sellerId))]
    // Of anybody else nothing is there: that says the row itself, before its stock is looked for.
    if (scope.shop === undefined) conditions.push(sql`sp.seller_id = any (${sellerIds}::bigint[])`)
    conditions.push(sql`exists (
      select from stock st
      where st.shop_product_id = sp.id and st.units > 0 and st.warehouse_id = any (${warehouseIds}::bigint[]))`)
  }
  if (after)
    conditions.push(sql`(${column}, sp.id) ${beyond} (${bound(after.key)}, ${after.id}::bigint)`)

  const where = sql.join(conditions, sql` and `)
  const order = sql`order by ${column} ${direction}, sp.id ${direction}`
  const candidates = isMerged
    ? sql`
      unnest(${categoryIds}::bigint[]) category (id) cross join lateral (
        select sp.* from shop_product sp
        where sp.category_id = category.id and ${where} ${order} limit ${limit + 1}
      ) sp`
    : sql`shop_product sp where ${where}`
  const { rows } = await sql<Row>`
    with page as materialized (
      select sp.id, ${key}::text as key, row_number() over (${order}) as place
      from ${candidates}
      ${order}
      limit ${limit + 1}
    ), listed as (
      select page.place, page.key, sp.id, sp.external_id, p.name, p.brand, p.category_id, c.name as category_name,
        sp.shop_id, s.name as shop_name, sp.price_minor, sp.old_price_minor, sp.currency, p.pictures[1] as picture,
        sp.url, sp.available, units.units
      from page
      join shop_product sp using (id)
      join product p on p.id = sp.product_id
      join category c on c.id = p.category_id
      join shop s on s.id = sp.shop_id
      cross join lateral (
        select coalesce(sum(st.units), 0)::bigint as units from stock st
        where st.shop_product_id = sp.id and st.units > 0
          ${warehouseIds ? sql`and st.warehouse_id = any (${warehouseIds}::bigint[])` : sql``}
      ) units
    )
    select listed.*, state.settled
    from (select listing_settled(array(select id from page)) as settled) state
    left join listed on true
    order by place`.execute(db)

  const found = rows.filter((row): row is ListedShopProduct & State => row.id !== null)
  return {
    items: found.slice(0, limit),
    next: found[limit],
    settled: rows[0]?.settled ?? false,
  }
}

/**
 * Of so many categories the first of each are read in order and merged: the goods of a small part of the catalogue are far
 * apart in the order of all.
 */
const MOST_MERGED = 12

type State = { settled: boolean }
type Row = State & (ListedShopProduct | { id: null })

type Order = {
  column: RawBuilder<unknown>
  /** The column's value as it goes into a cursor, and back. */
  key: RawBuilder<unknown>
  bound: (key: string) => RawBuilder<unknown>
  direction: RawBuilder<unknown>
  beyond: RawBuilder<unknown>
}

const ascending = { direction: sql`asc`, beyond: sql`>` }
const descending = { direction: sql`desc`, beyond: sql`<` }
const number = (column: RawBuilder<unknown>) => ({
  column,
  key: column,
  bound: (key: string) => sql`${key}::bigint`,
})

const orders: Record<ListingSort, Order> = {
  popular: { ...number(sql`sp.popularity`), ...descending },
  'price-asc': { ...number(sql`sp.price_minor`), ...ascending },
  'price-desc': { ...number(sql`sp.price_minor`), ...descending },
  // In microseconds: what was made in one transaction shares its instant, and nothing may be rounded.
  new: {
    column: sql`sp.created_at`,
    key: sql`(extract(epoch from sp.created_at) * 1000000)::bigint`,
    bound: (key) => sql`(timestamptz 'epoch' + ${key}::bigint * interval '1 microsecond')`,
    ...descending,
  },
}

/** The warehouses that serve a city; of a shop's seller, where a shop is given. */
function whoServes(db: Kysely<Database>, cityId: string, shopId: string | undefined) {
  const serving = db
    .selectFrom('warehouseCity')
    .select(['warehouseId', 'sellerId'])
    .where('cityId', '=', cityId)
  if (shopId === undefined) return serving.execute()
  return serving
    .where('sellerId', '=', (eb) =>
      eb.selectFrom('shop').select('sellerId').where('id', '=', shopId),
    )
    .execute()
}

async function subtree(db: Kysely<Database>, categoryId: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from category where path @> array[${categoryId}::bigint]`.execute(db)
  return rows.map(({ id }) => id)
}
