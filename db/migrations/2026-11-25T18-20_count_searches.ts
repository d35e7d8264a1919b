import { sql, type Kysely } from 'kysely'

/** What buyers search, counted and without who did; where sellers deliver. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table search_count (
      day date not null,
      text text not null,
      city_id text not null,
      searches bigint not null,
      zero_results bigint not null,
      slow bigint not null,
      slowest_ms int not null,
      primary key (day, text, city_id)
    )`.execute(db)
  await sql`grant select, insert, update, delete on search_count to yarmarka_system`.execute(db)

  // The storefront only reads: adding to counts is all that it may write. In the order of the key, so that processes
  // that count the same at once wait for each other and never for ever.
  await sql`
    create function add_search_counts(counts jsonb) returns void
    language sql security definer set search_path = pg_catalog, public, pg_temp
    begin atomic
      insert into search_count
      select (now() at time zone 'UTC')::date, text, city_id, searches, zero_results, slow, slowest_ms
      from jsonb_to_recordset(counts) as given (
        text text, city_id text, searches bigint, zero_results bigint, slow bigint, slowest_ms int)
      order by text, city_id
      on conflict (day, text, city_id) do update set
        searches = search_count.searches + excluded.searches,
        zero_results = search_count.zero_results + excluded.zero_results,
        slow = search_count.slow + excluded.slow,
        slowest_ms = greatest(search_count.slowest_ms, excluded.slowest_ms);
    end`.execute(db)
  await sql`revoke all on function add_search_counts(jsonb) from public`.execute(db)
  await sql`grant execute on function add_search_counts(jsonb) to yarmarka_storefront`.execute(db)

  await sql`
    create table delivery_city (
      seller_id bigint not null references seller,
      city_id text not null references city,
      primary key (seller_id, city_id)
    )`.execute(db)
  await sql`create index delivery_city_sellers on delivery_city (city_id, seller_id)`.execute(db)
  await sql`create index warehouse_city_sellers on warehouse_city (city_id, seller_id)`.execute(db)
  await sql`alter table delivery_city enable row level security`.execute(db)
  await sql`
    create policy own on delivery_city to yarmarka_seller using (seller_id = (select current_seller_id()))`.execute(
    db,
  )
  await sql`create policy everything on delivery_city to yarmarka_system using (true)`.execute(db)
  await sql`create policy published on delivery_city to yarmarka_storefront using (true)`.execute(
    db,
  )
  await sql`grant select on delivery_city to yarmarka_storefront`.execute(db)
  await sql`
    grant select, insert, update, delete on delivery_city to yarmarka_seller, yarmarka_system`.execute(
    db,
  )
}
