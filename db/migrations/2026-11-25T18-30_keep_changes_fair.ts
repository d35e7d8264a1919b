import { sql, type Kysely } from 'kysely'

/** A statement that changes more documents than this is none that somebody waits for, such as a chunk of an import. */
const MANY = 100

/**
 * What changes many documents at once waits beside single changes, not before them; a document that changes again while
 * it waits keeps its place; what a sink refuses is parked.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db)

  // Raised among many, and not alone since.
  await run('alter table change add column wide boolean not null default false')
  for (const sink of ['search', 'cache']) {
    await run(`drop index change_for_${sink}`)
    await run(
      `create index change_for_${sink} on change (wide, changed_at) where ${sink}_version < version`,
    )
  }
  await run('alter table change_fanout add column stepped_at timestamptz')

  // A product that is being changed by another, uncommitted transaction does not raise what is inserted here, for it does
  // not see it: wait for its end, so that it does, or is seen.
  const afterTheirProducts = `
    perform from product where id in (select product_id from changed) order by id for share;`
  const raises: Record<string, { ids: string; deleted?: boolean; first?: string }> = {
    raise_shop_products: { ids: 'select id from changed' },
    raise_new_shop_products: { ids: 'select id from changed', first: afterTheirProducts },
    raise_deleted_shop_products: { ids: 'select id from changed', deleted: true },
    raise_shop_products_of_products: {
      ids: 'select sp.id from shop_product sp where sp.product_id in (select id from changed)',
    },
    raise_shop_products_of_stock: {
      ids: 'select sp.id from shop_product sp where sp.id in (select shop_product_id from changed)',
    },
  }
  for (const [name, { ids, deleted = false, first = '' }] of Object.entries(raises))
    await run(`
      create or replace function ${name}() returns trigger
      language plpgsql security definer set search_path = pg_catalog, public, pg_temp
      as $$ begin ${first}
        insert into change (shop_product_id, deleted_at, trace_parent, wide)
        select ids.id, ${deleted ? 'clock_timestamp()' : 'null'},
          nullif(current_setting('yarmarka.trace_parent', true), ''), count(*) over () > ${MANY}
        from (${ids}) ids order by ids.id
        on conflict (shop_product_id) do update
          set version = change.version + 1,
              changed_at = case when change.search_version < change.version then change.changed_at
                else excluded.changed_at end,
              wide = excluded.wide and (change.wide
                or change.search_version >= change.version and change.cache_version >= change.version),
              deleted_at = excluded.deleted_at, trace_parent = excluded.trace_parent,
              raised_in = excluded.raised_in
          where change.raised_in <> excluded.raised_in or change.deleted_at is distinct from excluded.deleted_at;
        return null;
      end $$`)

  await run('drop trigger shop_product_insert_raises_change on shop_product')
  await run(`
    create trigger shop_product_insert_raises_change after insert on shop_product
    referencing new table as changed for each statement execute function raise_new_shop_products()`)

  await run(`
    create or replace function search_lag_ms() returns double precision
    language sql stable security definer set search_path = pg_catalog, public, pg_temp
    return coalesce((
      select extract(epoch from clock_timestamp() - min(oldest.changed_at)) * 1000
      from (values (false), (true)) kind (wide)
      cross join lateral (
        select changed_at from change
        where search_version < version and change.wide = kind.wide
        order by changed_at limit 1
      ) oldest), 0)`)

  await run(`
    create table poison_document (
      id bigint generated always as identity primary key,
      shop_product_id bigint not null,
      index_name text not null,
      version bigint not null,
      status int not null,
      reason text not null,
      attempts int not null default 1,
      parked_at timestamptz not null default now(),
      retry_at timestamptz,
      unique (shop_product_id, index_name)
    )`)
  await run('create index poison_document_due on poison_document (retry_at)')
  await run('grant select, insert, update, delete on poison_document to yarmarka_system')
}
