import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db)

  // A file that is still to be fetched has no digest yet.
  await run(`
    alter table import
      alter column sha256 drop not null,
      add column source_id uuid,
      add column source_url text`)

  await run(`
    create table import_source (
      id uuid primary key,
      seller_id bigint not null,
      shop_id bigint not null,
      url text not null,
      format text not null default 'auto',
      mode text not null default 'upsert' check (mode in ('upsert', 'replace')),
      mapping jsonb,
      interval_minutes int check (interval_minutes between 15 and 10080),
      daily_at text check (daily_at ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
      state text not null default 'active' check (state in ('active', 'failing', 'paused')),
      failures int not null default 0,
      failing_since timestamptz,
      problem jsonb,
      etag text,
      last_modified text,
      last_sha256 text,
      last_import_id uuid,
      last_run_at timestamptz,
      last_outcome text check (last_outcome in ('imported', 'unchanged', 'failed')),
      created_at timestamptz not null default now(),
      check (num_nonnulls(interval_minutes, daily_at) = 1),
      foreign key (shop_id, seller_id) references shop (id, seller_id)
    )`)
  await run('create index import_source_seller on import_source (seller_id, created_at desc, id)')

  await run(`
    create table picture (
      seller_id bigint not null references seller,
      url_hash bytea not null,
      url text not null,
      shop_id bigint not null,
      state text not null default 'pending' check (state in ('pending', 'stored', 'failed')),
      sha256 text,
      content_type text,
      bytes int,
      width int,
      height int,
      etag text,
      attempts int not null default 0,
      reason text,
      next_try_at timestamptz not null default now(),
      created_at timestamptz not null default now(),
      primary key (seller_id, url_hash),
      foreign key (shop_id, seller_id) references shop (id, seller_id),
      check (state <> 'stored' or num_nonnulls(sha256, content_type, bytes, width, height) = 5)
    )`)
  await run(`create index picture_due on picture (shop_id, next_try_at) where state = 'pending'`)
  await run(`create index picture_sha256 on picture (sha256) where state = 'stored'`)

  for (const table of ['import_source', 'picture']) {
    await run(`alter table ${table} enable row level security`)
    await run(
      `create policy own on ${table} to yarmarka_seller using (seller_id = (select current_seller_id()))`,
    )
    await run(`create policy everything on ${table} to yarmarka_system using (true)`)
    await run(`grant select, insert, update, delete on ${table} to yarmarka_system`)
  }
  await run('grant select, insert, update, delete on import_source to yarmarka_seller')
  await run('grant select on picture to yarmarka_seller')

  // What is shown of a picture is its bytes and their type, not whose it is nor where it was.
  await run(`create policy published on picture to yarmarka_storefront using (state = 'stored')`)
  await run('grant select (sha256, content_type, bytes, state) on picture to yarmarka_storefront')
}
