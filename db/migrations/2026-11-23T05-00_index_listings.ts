import { sql, type Kysely } from 'kysely'

/** What a listing is read by: in the order of each sort, of everything or of one shop. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const index = (name: string, columns: string) =>
    sql.raw(`create index ${name} on shop_product (${columns}) where active`).execute(db)
  await index('shop_product_of_shop_price', 'shop_id, price_minor, id')
  await index('shop_product_of_shop_new', 'shop_id, created_at desc, id desc')
  await index('shop_product_of_shop_popular', 'shop_id, popularity desc, id desc')

  // A page that shows a document on its way from one place to another must not be kept: the invalidation to come
  // knows where the document was before and is afterwards, not where it was in between.
  await sql`
    create function listing_settled(shop_product_ids bigint[]) returns boolean
    language sql stable security definer set search_path = pg_catalog, public, pg_temp
    return not exists (
        select from change where shop_product_id = any (shop_product_ids) and cache_version < version
      ) and not exists (select from change_fanout)`.execute(db)
  await sql`revoke all on function listing_settled(bigint[]) from public`.execute(db)
  await sql`grant execute on function listing_settled(bigint[]) to yarmarka_storefront`.execute(db)

  // The storefront reads a few rows at a time out of pages that are in memory: parallel workers and compiled plans cost
  // it more than they give, and a random read is no dearer than the next one. In this database only: what is set for the
  // whole cluster cannot be set by two migrations at once.
  await sql`
    do $$
    declare setting text;
    begin
      foreach setting in array array['max_parallel_workers_per_gather = 0', 'jit = off', 'random_page_cost = 1.1'] loop
        execute format('alter role yarmarka_storefront in database %I set ', current_database()) || setting;
      end loop;
    end $$`.execute(db)
}
