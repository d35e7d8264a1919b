import { sql, type Kysely } from 'kysely'

/** A statement that changes more documents than this is none that somebody waits for, such as a chunk of an import. */
const MANY = 100

// A product that is being changed by another, uncommitted transaction does not raise what is inserted here, for it does
// not see it: wait for its end, so that it does, or is seen.
const afterTheirProducts = `
  perform from product where id in (select product_id from changed) order by id for share;`

const changed = 'select id from changed'
const ofProducts =
  'select sp.id from shop_product sp where sp.product_id in (select id from changed)'
// A new good's stock is told in the transaction that raised the good itself: there is nothing to lock or to raise.
const stocked = `
  select ids.id from (select distinct shop_product_id as id from changed) ids
  left join lateral (
    select raised_in, deleted_at from change where shop_product_id = ids.id offset 0) raised on true
  where raised.raised_in is distinct from pg_current_xact_id() or raised.deleted_at is not null`
// With a shop product its stock is deleted first: that does not bring the document back.
const lostStock =
  'select sp.id from shop_product sp where sp.id in (select shop_product_id from changed)'

/** All triggers that raise changes, and which documents each of them raises. */
const TRIGGERS = [
  { table: 'shop_product', event: 'insert', ids: changed, first: afterTheirProducts },
  { table: 'shop_product', event: 'update', ids: changed },
  { table: 'shop_product', event: 'delete', ids: changed, deleted: true },
  { table: 'product', event: 'update', ids: ofProducts },
  { table: 'stock', event: 'insert', ids: stocked },
  { table: 'stock', event: 'update', ids: stocked },
  { table: 'stock', event: 'delete', ids: lostStock },
]

/**
 * Whatever raises a document does it by one function, so that stock is as fair as the rest: what changes alone waits with
 * single changes, and what changes again while it waits keeps its place. Each trigger has the function of its name.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db)

  // A document raised twice in one transaction is one change: nobody can have read the version in between.
  await run(`
    create function raise_changes(ids bigint[], deleted boolean) returns void
    language plpgsql set search_path = pg_catalog, public, pg_temp
    as $$ begin
      insert into change (shop_product_id, deleted_at, trace_parent, wide)
      select id, case when deleted then clock_timestamp() end,
        nullif(current_setting('yarmarka.trace_parent', true), ''), cardinality(ids) > ${MANY}
      from unnest(ids) id order by id
      on conflict (shop_product_id) do update
        set version = change.version + 1,
            changed_at = case when change.search_version < change.version then change.changed_at
              else excluded.changed_at end,
            wide = excluded.wide and (change.wide
              or change.search_version >= change.version and change.cache_version >= change.version),
            deleted_at = excluded.deleted_at, trace_parent = excluded.trace_parent,
            raised_in = excluded.raised_in
        where change.raised_in <> excluded.raised_in or change.deleted_at is distinct from excluded.deleted_at;
    end $$`)
  await run('revoke all on function raise_changes(bigint[], boolean) from public')

  for (const { table, event, ids, deleted = false, first = '' } of TRIGGERS) {
    const name = `${table}_${event}_raises_change`
    await run(`
      create function ${name}() returns trigger
      language plpgsql security definer set search_path = pg_catalog, public, pg_temp
      as $$ begin ${first}
        perform raise_changes(array(${ids}), ${deleted});
        return null;
      end $$`)
    await run(`
      create or replace trigger ${name} after ${event} on ${table}
      referencing ${event === 'delete' ? 'old' : 'new'} table as changed
      for each statement execute function ${name}()`)
  }

  for (const dead of [
    'raise_shop_products',
    'raise_new_shop_products',
    'raise_deleted_shop_products',
    'raise_shop_products_of_products',
    'raise_shop_products_of_stock',
    'raise_stocked_shop_products',
  ])
    await run(`drop function ${dead}()`)
}
