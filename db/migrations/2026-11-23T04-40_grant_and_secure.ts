import { sql, type Kysely } from 'kysely'

const ownedBySeller = [
  'warehouse',
  'warehouse_city',
  'shop',
  'product',
  'shop_product',
  'stock',
  'api_key',
  'import',
  'import_row_error',
  'idempotency_key',
  'event',
]

/** What the public may read, and of it only these rows. */
const published: Record<string, string> = {
  warehouse: 'true',
  warehouse_city: 'true',
  shop: `state = 'active'`,
  product: 'true',
  shop_product: `active and shop_id in (select id from shop where state = 'active')`,
  stock: 'units > 0',
}

export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db)

  await run('revoke all on schema public from public')
  await run('grant usage on schema public to yarmarka_seller, yarmarka_storefront, yarmarka_system')

  await run('alter table seller enable row level security')
  await run(
    'create policy own on seller to yarmarka_seller using (id = (select current_seller_id()))',
  )
  await run('create policy everything on seller to yarmarka_system using (true)')
  await run('grant select on seller to yarmarka_seller')

  for (const table of ownedBySeller) {
    await run(`alter table ${table} enable row level security`)
    await run(
      `create policy own on ${table} to yarmarka_seller using (seller_id = (select current_seller_id()))`,
    )
    await run(`create policy everything on ${table} to yarmarka_system using (true)`)
    await run(`grant select, insert, update, delete on ${table} to yarmarka_seller`)
  }
  await run('revoke update, delete on event from yarmarka_seller')

  for (const [table, rows] of Object.entries(published)) {
    await run(`create policy published on ${table} to yarmarka_storefront using (${rows})`)
    await run(`grant select on ${table} to yarmarka_storefront`)
  }

  for (const table of ['city', 'category'])
    await run(`grant select on ${table} to yarmarka_seller, yarmarka_storefront`)
  await run(
    'grant select, insert, update, delete on all tables in schema public to yarmarka_system',
  )
  await run('grant usage on all sequences in schema public to yarmarka_system')

  // Who calls is not known before its key is found, so the look-up is a function and the table stays closed.
  await run(`
    create function find_api_key(key_id text) returns setof api_key
    language sql security definer set search_path = pg_catalog, public, pg_temp
    begin atomic
      update api_key set last_used_at = now()
        where id = key_id and (last_used_at is null or last_used_at < now() - interval '1 minute');
      select * from api_key where id = key_id;
    end`)
  await run('revoke all on function find_api_key(text) from public')
  await run('grant execute on function find_api_key(text) to yarmarka_storefront')

  // How far search lags behind, for \`lagMs\`: a number, not the rows.
  await run(`
    create function search_lag_ms() returns double precision
    language sql stable security definer set search_path = pg_catalog, public, pg_temp
    return coalesce((
      select extract(epoch from clock_timestamp() - changed_at) * 1000 from change
      where search_version < version order by changed_at limit 1), 0)`)
  await run('revoke all on function search_lag_ms() from public')
  await run('grant execute on function search_lag_ms() to yarmarka_storefront')

  // Statistics are the owner's to make; imports need them sooner than autovacuum comes by.
  await run(`
    create function analyze_catalogue() returns void
    language plpgsql security definer set search_path = pg_catalog, public, pg_temp
    as $$ begin analyze product, shop_product, stock; end $$`)
  await run('revoke all on function analyze_catalogue() from public')
  await run('grant execute on function analyze_catalogue() to yarmarka_system')
}
