import { sql, type Kysely } from 'kysely'

/**
 * Carriers' pickup points: what is true of them, what of it search has, how fresh it is, and lists that are being read. They
 * belong to no seller; everybody may read them.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db)

  await run(`
    create table pickup_point (
      carrier text collate "C" not null check (carrier in ('cdek', 'dpd', 'uber')),
      code text collate "C" not null check (code <> '' and length(code) <= 64),
      kind text not null check (kind in ('pvz', 'locker')),
      name text not null,
      city_code text not null,
      city_name text not null,
      city_id text references city,
      address text not null,
      lat double precision not null check (lat between -90 and 90),
      lon double precision not null check (lon between -180 and 180),
      state text not null check (state in ('open', 'full', 'closed')),
      hours jsonb not null,
      exceptions jsonb not null,
      limits jsonb not null,
      payment jsonb not null,
      takes_back boolean not null,
      version bigint not null default 1,
      searched_version bigint not null default 0,
      changed_at timestamptz not null default now(),
      gone_at timestamptz,
      primary key (carrier, code),
      check (gone_at is null or state = 'closed')
    )`)
  await run('create index pickup_point_place on pickup_point (lat, lon) where gone_at is null')
  await run(
    'create index pickup_point_city on pickup_point (city_id, carrier, code) where gone_at is null',
  )
  await run(
    'create index pickup_point_unsearched on pickup_point (carrier, code) where searched_version < version',
  )

  await run(`
    create table pickup_point_sync (
      carrier text primary key,
      synced_at timestamptz,
      full_synced_at timestamptz,
      points int not null default 0,
      sync_id uuid,
      outcome jsonb,
      held_at timestamptz,
      held jsonb,
      check ((held_at is null) = (held is null))
    )`)

  // Read page by page, applied at once.
  await run(`
    create table pickup_point_read (
      sync_id uuid not null,
      code text collate "C" not null,
      point jsonb not null,
      read_at timestamptz not null default now(),
      primary key (sync_id, code)
    )`)

  await run(
    'grant select, insert, update, delete on pickup_point, pickup_point_sync, pickup_point_read to yarmarka_system',
  )
  await run(
    'grant select on pickup_point, pickup_point_sync to yarmarka_seller, yarmarka_storefront',
  )
}
