import { sql, type Kysely } from 'kysely'

/** Feeds, what was published of each, and which products were left out. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db)

  await run(`
    create table feed (
      id uuid primary key,
      seller_id bigint not null,
      shop_id bigint not null,
      kind text not null check (kind in ('yandex-market', 'google-shopping')),
      name text not null,
      token text not null unique,
      filters jsonb not null default '{}',
      settings jsonb not null default '{}',
      every_minutes int check (every_minutes >= 15),
      published_id uuid,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      deleted_at timestamptz,
      unique (id, seller_id),
      foreign key (shop_id, seller_id) references shop (id, seller_id)
    )`)
  await run('create index feed_seller on feed (seller_id, created_at, id)')

  await run(`
    create table feed_publication (
      id uuid primary key,
      feed_id uuid not null,
      seller_id bigint not null,
      number int not null,
      state text not null
        check (state in ('queued', 'building', 'published', 'held', 'unchanged', 'failed')),
      confirm_shrink boolean not null default false,
      fingerprint text,
      snapshot_at timestamptz,
      items bigint not null default 0,
      left_out bigint not null default 0,
      artefacts jsonb not null default '[]',
      problem jsonb,
      trace_parent text,
      created_at timestamptz not null default now(),
      started_at timestamptz,
      finished_at timestamptz,
      unique (feed_id, number),
      foreign key (feed_id, seller_id) references feed (id, seller_id) on delete cascade
    )`)
  await run(
    `create unique index feed_publication_queued on feed_publication (feed_id) where state = 'queued'`,
  )
  await run(
    'alter table feed add foreign key (published_id) references feed_publication (id) deferrable initially deferred',
  )

  await run(`
    create table feed_left_out (
      publication_id uuid not null references feed_publication on delete cascade,
      seq bigint generated always as identity,
      seller_id bigint not null references seller,
      shop_product_id bigint not null,
      external_id text not null,
      field text not null,
      code text not null,
      value text,
      primary key (publication_id, seq)
    )`)

  for (const table of ['feed', 'feed_publication', 'feed_left_out']) {
    await run(`alter table ${table} enable row level security`)
    await run(
      `create policy own on ${table} to yarmarka_seller using (seller_id = (select current_seller_id()))`,
    )
    await run(`create policy everything on ${table} to yarmarka_system using (true)`)
    await run(`grant select, insert, update, delete on ${table} to yarmarka_system`)
  }
  await run('grant select, insert, update on feed, feed_publication to yarmarka_seller')
  await run('grant select on feed_left_out to yarmarka_seller')

  // Whoever has the address may fetch the feed; the tables stay closed to the public.
  await run(`
    create function find_published_feed(feed_token text)
    returns table (feed_id uuid, publication_id uuid, kind text, artefacts jsonb, finished_at timestamptz)
    language sql stable security definer set search_path = pg_catalog, public, pg_temp
    begin atomic
      select f.id, p.id, f.kind, p.artefacts, p.finished_at
      from feed f
      join feed_publication p on p.id = f.published_id
      join shop s on s.id = f.shop_id and s.state = 'active'
      where f.token = feed_token and f.deleted_at is null;
    end`)
  await run('revoke all on function find_published_feed(text) from public')
  await run('grant execute on function find_published_feed(text) to yarmarka_storefront')
}
