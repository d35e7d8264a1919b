import { sql, type Kysely, type RawBuilder, type Selectable, type Transaction } from 'kysely'
import type { FeedCategory, FeedProduct } from '../../domain/integrations/feeds/product.ts'
import type { FeedFilters } from '../../domain/integrations/feeds/settings.ts'
import type { Database } from '../database.ts'

type Feed = Selectable<Database['feed']>

/** Raised when the same inputs are to make another file: every feed is then published anew. */
const REVISION = 1

const PAGE_SIZE = 250

/** A transaction in which everything is read as of one instant, however long it takes. Role `system`. */
export const inSnapshot = <T>(
  db: Kysely<Database>,
  read: (trx: Transaction<Database>) => Promise<T>,
): Promise<T> =>
  db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(read)

/**
 * Equal as long as nothing that the feed is made of has changed: the versions of all the shop's documents (a product, a
 * price, a stock raises them in its own transaction), the names of shop, seller and categories, filters and settings.
 */
export async function fingerprintOf(db: Kysely<Database>, feed: Feed): Promise<string> {
  const { rows } = await sql<{ fingerprint: string }>`
    select md5(concat_ws('|', ${REVISION}::int,
      (select row (f.kind, f.filters, f.settings)::text from feed f where f.id = ${feed.id}),
      (select row (s.name, s.url, s.state, se.name)::text
        from shop s join seller se on se.id = s.seller_id where s.id = ${feed.shopId}),
      (select string_agg(row (id, parent_id, name)::text, ',' order by id)
        from (${usedCategories(feed)}) used),
      (select row (count(*), sum(hashint8extended(sp.id, coalesce(c.version, 0))))::text
        from shop_product sp left join change c on c.shop_product_id = sp.id
        where sp.shop_id = ${feed.shopId})
    )) as fingerprint`.execute(db)
  return rows[0]!.fingerprint
}

export type FeedShop = {
  shopName: string
  sellerName: string
  /** Of the shop, or the site to which its products point. */
  url: string | null
  isActive: boolean
  snapshotAt: Date
}

export async function readFeedShop(trx: Kysely<Database>, feed: Feed): Promise<FeedShop> {
  const { rows } = await sql<FeedShop>`
    select s.name as shop_name, se.name as seller_name, s.state = 'active' as is_active,
      transaction_timestamp() as snapshot_at,
      coalesce(s.url, (
        select substring(sp.url from '^https?://[^/?#]+') from shop_product sp
        where sp.shop_id = s.id and sp.active and sp.url is not null limit 1)) as url
    from shop s join seller se on se.id = s.seller_id
    where s.id = ${feed.shopId} and s.seller_id = ${feed.sellerId}`.execute(trx)
  return rows[0]!
}

/** Those that the shop's products are in, with all above them. */
export async function readFeedCategories(
  trx: Kysely<Database>,
  feed: Feed,
): Promise<Map<string, FeedCategory>> {
  type Row = Omit<FeedCategory, 'path'> & { ids: string[] }
  const { rows } = await usedCategories(feed).execute(trx)
  const names = new Map((rows as Row[]).map(({ id, name }) => [id, name]))
  return new Map(
    (rows as Row[]).map(({ ids, ...category }) => [
      category.id,
      { ...category, path: ids.map((id) => names.get(id)!) },
    ]),
  )
}

const usedCategories = ({ shopId }: Feed): RawBuilder<unknown> => sql`
  select id, parent_id, name, path as ids from category
  where id in (
    select unnest(c.path) from category c where c.id in (
      select p.category_id from shop_product sp join product p on p.id = sp.product_id
      where sp.shop_id = ${shopId} and sp.active))`

/** The products that the feed offers, by external id, a page at a time; the next page is asked for while one is used. */
export async function* readFeedProducts(
  trx: Kysely<Database>,
  feed: Feed,
): AsyncGenerator<FeedProduct[]> {
  for (let asked: Promise<FeedProduct[]> | undefined = readPage(trx, feed, ''); asked;) {
    const rows: FeedProduct[] = await asked
    asked = rows.length < PAGE_SIZE ? undefined : readPage(trx, feed, rows.at(-1)!.externalId)
    // Whoever stops in between hears no more of it.
    asked?.catch(() => {})
    if (rows.length > 0) yield rows
  }
}

/** Amounts come as numbers: a price is far below what `float8` holds exactly. */
async function readPage(
  trx: Kysely<Database>,
  { shopId, sellerId, filters }: Feed,
  after: string,
): Promise<FeedProduct[]> {
  const { rows } = await sql<FeedProduct>`
    select sp.id as shop_product_id, sp.external_id, p.offer_type, p.group_id, p.name, p.brand, p.model,
      p.vendor_code, p.category_id, p.description, p.attributes, p.barcodes, p.pictures, p.weight_grams,
      p.length_mm, p.width_mm, p.height_mm, sp.price_minor::float8, sp.old_price_minor::float8, sp.currency, sp.url, sp.available,
      (select sum(st.units)::float8 from stock st where st.shop_product_id = sp.id) as units
    from shop_product sp join product p on p.id = sp.product_id
    where sp.shop_id = ${shopId} and sp.seller_id = ${sellerId} and sp.active
      and sp.external_id > ${after} ${narrowed(filters)}
    order by sp.external_id limit ${PAGE_SIZE}`.execute(trx)
  return rows
}

function narrowed({ categoryIds, availableOnly, priceFromMinor, priceToMinor }: FeedFilters) {
  return sql.join(
    [
      categoryIds &&
        sql`and p.category_id in (select id from category where path && ${categoryIds}::bigint[])`,
      availableOnly && sql`and sp.available`,
      priceFromMinor !== undefined && sql`and sp.price_minor >= ${priceFromMinor}`,
      priceToMinor !== undefined && sql`and sp.price_minor <= ${priceToMinor}`,
    ].filter((condition) => condition !== undefined && condition !== false),
    sql` `,
  )
}
