import { sql, type Kysely } from 'kysely'

/** Mappings of tables, dry runs with what they showed, turns, and where a seller's categories go. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db)

  await run(`
    alter table import
      drop constraint import_state_check,
      add constraint import_state_check check (state in
        ('queued', 'running', 'awaiting-mapping', 'awaiting-apply', 'completed', 'failed', 'cancelled')),
      add column delimiter text,
      add column mapping jsonb,
      add column found_table jsonb,
      add column to_create_count bigint not null default 0,
      add column to_update_count bigint not null default 0,
      add column to_deactivate_count bigint not null default 0,
      add column shown int not null default 0,
      add column deactivation_held boolean not null default false,
      add column report_key text,
      drop column merged_row`)
  // Two imports of a shop take turns.
  await run(`create unique index import_turn on import (shop_id) where state = 'running'`)
  await run(
    `create index import_waiting on import (shop_id, created_at, id) where state = 'queued'`,
  )

  await run(`
    create table table_mapping (
      seller_id bigint not null references seller,
      fingerprint text not null,
      mapping jsonb not null,
      updated_at timestamptz not null default now(),
      primary key (seller_id, fingerprint)
    )`)

  await run(`
    create table category_mapping (
      seller_id bigint not null,
      shop_id bigint not null,
      path text not null,
      category_id bigint not null references category,
      chosen_by text not null check (chosen_by in ('import', 'seller')),
      updated_at timestamptz not null default now(),
      primary key (shop_id, path),
      foreign key (shop_id, seller_id) references shop (id, seller_id)
    )`)

  await run(`
    create table import_diff (
      import_id uuid not null references import on delete cascade,
      external_id text not null,
      seller_id bigint not null references seller,
      row bigint,
      kind text not null check (kind in ('create', 'update', 'deactivate')),
      fields jsonb not null,
      base text,
      primary key (import_id, external_id)
    )`)
  await run(
    `create index import_diff_row on import_diff (import_id, coalesce(row, 999999999999999999), external_id)`,
  )

  await run(`
    create table import_lane (
      import_id uuid not null references import on delete cascade,
      lane int not null,
      seller_id bigint not null references seller,
      merged_row bigint not null,
      last_row bigint not null,
      primary key (import_id, lane)
    )`)

  for (const table of ['import_lane', 'table_mapping', 'category_mapping', 'import_diff']) {
    await run(`alter table ${table} enable row level security`)
    await run(
      `create policy own on ${table} to yarmarka_seller using (seller_id = (select current_seller_id()))`,
    )
    await run(`create policy everything on ${table} to yarmarka_system using (true)`)
    await run(
      `grant select, insert, update, delete on ${table} to yarmarka_seller, yarmarka_system`,
    )
  }

  await run('create index import_row_error_row on import_row_error (import_id, row)')

  await run(
    'create index product_variants on product (origin_shop_id, group_id) where group_id is not null',
  )

  // Merges find goods by their keys, whatever the statistics.
  await run('drop function analyze_catalogue()')

  // A new good's stock is told in the transaction that raised the good itself: there is nothing to lock or to raise.
  await run(`
    create function raise_stocked_shop_products() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public, pg_temp
    as $$ begin
      insert into change (shop_product_id, deleted_at, trace_parent)
      select ids.id, null, nullif(current_setting('yarmarka.trace_parent', true), '')
      from (select distinct shop_product_id as id from changed) ids
      left join lateral (
        select raised_in, change.deleted_at from change where change.shop_product_id = ids.id offset 0) raised on true
      where raised.raised_in is distinct from pg_current_xact_id() or raised.deleted_at is not null
      order by ids.id
      on conflict (shop_product_id) do update
        set version = change.version + 1, changed_at = excluded.changed_at, deleted_at = excluded.deleted_at,
            trace_parent = excluded.trace_parent, raised_in = excluded.raised_in
        where change.raised_in <> excluded.raised_in or change.deleted_at is distinct from excluded.deleted_at;
      return null;
    end $$`)
  for (const event of ['insert', 'update']) {
    await run(`drop trigger stock_${event}_raises_change on stock`)
    await run(`
      create trigger stock_${event}_raises_change after ${event} on stock referencing new table as changed
      for each statement execute function raise_stocked_shop_products()`)
  }
}
