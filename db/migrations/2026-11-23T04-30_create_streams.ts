import { sql, type Kysely } from 'kysely'

/** The two streams out of PostgreSQL: coalescing changes (search, cache) and append-only events (webhooks, audit). */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table change (
      shop_product_id bigint primary key,
      version bigint not null default 1,
      changed_at timestamptz not null default clock_timestamp(),
      deleted_at timestamptz,
      search_version bigint not null default 0,
      cache_version bigint not null default 0,
      listed_in jsonb,
      trace_parent text,
      raised_in xid8 not null default pg_current_xact_id()
    )`.execute(db)
  await sql`create index change_for_search on change (changed_at) where search_version < version`.execute(
    db,
  )
  await sql`create index change_for_cache on change (changed_at) where cache_version < version`.execute(
    db,
  )

  await sql`
    create table change_fanout (
      id bigint generated always as identity primary key,
      source text not null check (source in ('category', 'shop', 'warehouse')),
      source_id bigint not null,
      after_id bigint not null default 0,
      trace_parent text
    )`.execute(db)

  await sql`
    create table event (
      id bigint generated always as identity primary key,
      seller_id bigint references seller,
      type text not null,
      subject text not null,
      data jsonb not null default '{}',
      trace_parent text,
      occurred_at timestamptz not null default now(),
      relayed_at timestamptz
    )`.execute(db)
  await sql`create index event_to_relay on event (id) where relayed_at is null`.execute(db)

  // A document raised twice in one transaction is one change: nobody can have read the version in between.
  const raise = (ids: string, deleted: boolean) =>
    sql.raw(`
      insert into change (shop_product_id, deleted_at, trace_parent)
      select ids.id, ${deleted ? 'clock_timestamp()' : 'null'}, nullif(current_setting('yarmarka.trace_parent', true), '')
      from (${ids}) ids order by ids.id
      on conflict (shop_product_id) do update
        set version = change.version + 1, changed_at = excluded.changed_at, deleted_at = excluded.deleted_at,
            trace_parent = excluded.trace_parent, raised_in = excluded.raised_in
        where change.raised_in <> excluded.raised_in or change.deleted_at is distinct from excluded.deleted_at;`)

  const triggerFunction = async (name: string, body: ReturnType<typeof sql.raw>) => {
    await sql`
      create function ${sql.raw(name)}() returns trigger
      language plpgsql security definer set search_path = pg_catalog, public, pg_temp
      as $$ begin ${body} return null; end $$`.execute(db)
  }
  await triggerFunction('raise_shop_products', raise('select id from changed', false))
  await triggerFunction('raise_deleted_shop_products', raise('select id from changed', true))
  await triggerFunction(
    'raise_shop_products_of_products',
    raise(
      'select sp.id from shop_product sp where sp.product_id in (select id from changed)',
      false,
    ),
  )
  await triggerFunction(
    'raise_shop_products_of_stock',
    raise(
      'select sp.id from shop_product sp where sp.id in (select shop_product_id from changed)',
      false,
    ),
  )
  // What touches many documents is spread over bounded batches by the projections (db/storefront/fanouts.ts).
  const fanOut = (source: string, column: string) =>
    sql.raw(`
      insert into change_fanout (source, source_id, trace_parent)
      select distinct '${source}', ${column}, nullif(current_setting('yarmarka.trace_parent', true), '') from changed;`)
  await triggerFunction('fan_out_categories', fanOut('category', 'id'))
  await triggerFunction('fan_out_shops', fanOut('shop', 'id'))
  await triggerFunction('fan_out_warehouses', fanOut('warehouse', 'warehouse_id'))

  const onStatement = async (
    table: string,
    event: 'insert' | 'update' | 'delete',
    execute: string,
  ) => {
    await sql`
      create trigger ${sql.raw(`${table}_${event}_raises_change`)} after ${sql.raw(event)} on ${sql.table(table)}
      referencing ${sql.raw(event === 'delete' ? 'old' : 'new')} table as changed
      for each statement execute function ${sql.raw(execute)}()`.execute(db)
  }
  await onStatement('shop_product', 'insert', 'raise_shop_products')
  await onStatement('shop_product', 'update', 'raise_shop_products')
  await onStatement('shop_product', 'delete', 'raise_deleted_shop_products')
  await onStatement('product', 'update', 'raise_shop_products_of_products')
  await onStatement('stock', 'insert', 'raise_shop_products_of_stock')
  await onStatement('stock', 'update', 'raise_shop_products_of_stock')
  await onStatement('stock', 'delete', 'raise_shop_products_of_stock')
  await onStatement('category', 'update', 'fan_out_categories')
  await onStatement('shop', 'update', 'fan_out_shops')
  await onStatement('warehouse_city', 'insert', 'fan_out_warehouses')
  await onStatement('warehouse_city', 'update', 'fan_out_warehouses')
  await onStatement('warehouse_city', 'delete', 'fan_out_warehouses')
}
