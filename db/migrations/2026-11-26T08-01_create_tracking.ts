import { sql, type Kysely } from 'kysely'

/** What carriers tell of shipments, which of their promises were missed, and what is learned of each lane from it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db)

  await run(`
    create table tracking_event (
      id bigint generated always as identity primary key,
      shipment_id uuid not null,
      attempt_id uuid not null references booking_attempt on delete cascade,
      seller_id bigint not null,
      key text not null,
      status text not null,
      reason text,
      raw_code text not null,
      is_unknown_code boolean not null default false,
      place text,
      source text not null check (source in ('poll', 'queue', 'webhook')),
      occurred_at timestamptz not null,
      received_at timestamptz not null default now(),
      revoked_at timestamptz,
      unique (attempt_id, key),
      foreign key (shipment_id, seller_id) references shipment (id, seller_id) on delete cascade
    )`)
  await run('create index tracking_event_shipment on tracking_event (shipment_id, occurred_at, id)')

  await run(`
    create table sla_alert (
      shipment_id uuid not null,
      kind text not null check (kind in ('booking-late', 'hand-over-late', 'silent', 'late-predicted',
        'late', 'storage-expiring')),
      stage text not null default '',
      seller_id bigint not null,
      due_at timestamptz not null,
      raised_at timestamptz not null default now(),
      primary key (shipment_id, kind, stage),
      foreign key (shipment_id, seller_id) references shipment (id, seller_id) on delete cascade
    )`)

  for (const table of ['tracking_event', 'sla_alert']) {
    await run(`alter table ${table} enable row level security`)
    await run(
      `create policy own on ${table} to yarmarka_seller using (seller_id = (select current_seller_id()))`,
    )
    await run(`create policy everything on ${table} to yarmarka_system using (true)`)
    await run(`grant select on ${table} to yarmarka_seller`)
    await run(`grant select, insert, delete on ${table} to yarmarka_system`)
  }
  // The log is appended to; all that changes is that a carrier takes something back.
  await run('grant update (revoked_at) on tracking_event to yarmarka_system')

  // Decayed sums: what counts is how recent it is, see domain/logistics/reliability.ts.
  await run(`
    create table lane_stat (
      carrier text not null,
      service text not null,
      mode text not null,
      from_city text not null,
      to_city text not null,
      deliveries double precision not null default 0,
      on_time double precision not null default 0,
      delay_hours double precision not null default 0,
      delay_hours_squared double precision not null default 0,
      bookings double precision not null default 0,
      refusals double precision not null default 0,
      as_of timestamptz not null,
      primary key (carrier, service, mode, from_city, to_city)
    )`)

  // What carriers call us with, until a worker has read it.
  await run(`
    create table carrier_webhook (
      id bigint generated always as identity primary key,
      account_id uuid not null references carrier_account on delete cascade,
      digest text not null,
      headers jsonb not null,
      body bytea not null,
      received_at timestamptz not null default now(),
      tries int not null default 0,
      handled_at timestamptz,
      outcome text,
      unique (account_id, digest)
    )`)
  await run('create index carrier_webhook_waiting on carrier_webhook (id) where handled_at is null')
  await run('grant select, insert, update, delete on lane_stat, carrier_webhook to yarmarka_system')
}
