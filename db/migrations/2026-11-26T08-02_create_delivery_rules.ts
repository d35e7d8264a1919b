import { sql, type Kysely } from 'kysely'

/** By what deliveries are planned: policies of sellers, each version kept, and calendars. `null` seller: everybody's. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db)

  // `tariff`: `cdek`, `cdek:136`, or empty for all.
  await run(`
    create table sla_policy (
      id bigint generated always as identity primary key,
      seller_id bigint references seller,
      tariff text not null default '',
      version int not null,
      terms jsonb not null,
      created_at timestamptz not null default now()
    )`)
  await run(
    'create unique index sla_policy_version on sla_policy (coalesce(seller_id, 0), tariff, version)',
  )

  await run(`
    create table choice_policy (
      id bigint generated always as identity primary key,
      seller_id bigint references seller,
      version int not null,
      weights jsonb not null,
      carriers text[],
      max_price_minor bigint,
      created_at timestamptz not null default now()
    )`)
  await run(
    'create unique index choice_policy_version on choice_policy (coalesce(seller_id, 0), version)',
  )

  // Where carriers fetch, and until when what is ordered leaves on the same day.
  await run(`
    create table warehouse_dispatch (
      warehouse_id bigint primary key,
      seller_id bigint not null,
      address text not null,
      postal_code text,
      lat double precision,
      lon double precision,
      contact_name text not null,
      contact_phone text not null,
      cutoff text not null default '15:00' check (cutoff ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
      working_days int[] not null default '{1,2,3,4,5}',
      handling_minutes int not null default 0 check (handling_minutes between 0 and 20160),
      foreign key (warehouse_id, seller_id) references warehouse (id, seller_id) on delete cascade
    )`)

  for (const table of ['sla_policy', 'choice_policy', 'warehouse_dispatch']) {
    await run(`alter table ${table} enable row level security`)
    await run(
      `create policy own on ${table} to yarmarka_seller using (seller_id = (select current_seller_id()))`,
    )
    await run(`create policy everything on ${table} to yarmarka_system using (true)`)
    await run(`grant select, insert, update, delete on ${table} to yarmarka_system`)
    await run(`grant select, insert on ${table} to yarmarka_seller`)
  }
  await run('grant update on warehouse_dispatch to yarmarka_seller')

  // One service of a carrier, or all of them (empty). Clock times are those of the warehouse's zone.
  await run(`
    create table carrier_calendar (
      carrier text not null,
      service text not null default '',
      cutoff text not null check (cutoff ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
      pickup_days int[] not null,
      transit_days int[] not null,
      delivery_days int[] not null,
      primary key (carrier, service)
    )`)
  await run(`
    insert into carrier_calendar (carrier, cutoff, pickup_days, transit_days, delivery_days) values
      ('cdek', '18:00', '{1,2,3,4,5}', '{1,2,3,4,5,6,7}', '{1,2,3,4,5,6,7}'),
      ('dpd', '17:00', '{1,2,3,4,5}', '{1,2,3,4,5,6}', '{1,2,3,4,5,6}'),
      ('uber', '22:00', '{1,2,3,4,5,6,7}', '{1,2,3,4,5,6,7}', '{1,2,3,4,5,6,7}')`)

  // Days that differ from what their day of the week says. Official holidays of Russia, article 112 of the Labour Code.
  await run(`
    create table calendar_day (
      country_code text not null,
      day date not null,
      is_working boolean not null,
      primary key (country_code, day)
    )`)
  await run(`
    insert into calendar_day (country_code, day, is_working)
    select 'RU', make_date(year, month, day), false
    from generate_series(2026, 2027) year,
      (values (1, 1), (1, 2), (1, 3), (1, 4), (1, 5), (1, 6), (1, 7), (1, 8), (2, 23), (3, 8),
        (5, 1), (5, 9), (6, 12), (11, 4)) as fixed (month, day)`)
  await run(
    'grant select, insert, update, delete on carrier_calendar, calendar_day to yarmarka_system',
  )
}
