import { sql, type Kysely } from 'kysely'

/** What must arrive, every try to have it booked, and what was thought when its carrier was chosen. See decision 24. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db)
  const carrier = `text not null check (carrier in ('cdek', 'dpd', 'uber'))`

  await run(`
    create table carrier_account (
      id uuid primary key,
      seller_id bigint references seller,
      carrier ${carrier},
      base_url text not null,
      client_id text not null,
      sealed_secret text not null,
      customer_id text,
      sealed_webhook_key text,
      settings jsonb not null default '{}',
      enabled boolean not null default true,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    )`)
  await run(
    'create unique index carrier_account_contract on carrier_account (carrier, coalesce(seller_id, 0))',
  )

  await run(`
    create table shipment (
      id uuid primary key,
      order_id bigint not null,
      seller_id bigint not null,
      shop_id bigint not null,
      warehouse_id bigint not null,
      phase text not null default 'planning' check (phase in ('planning', 'booking', 'booked',
        'handed-over', 'waiting', 'delivered', 'returned', 'lost', 'cancelled', 'failed')),
      status text,
      reason text,
      raw_code text,
      status_at timestamptz,
      city_id text not null references city,
      point_carrier text,
      point_code text,
      point_kind text check (point_kind in ('pvz', 'locker')),
      parcels jsonb not null,
      declared_minor bigint not null check (declared_minor >= 0),
      currency text not null check (currency ~ '^[A-Z]{3}$'),
      ready_at timestamptz not null,
      live_attempt_id uuid,
      carrier text,
      service text,
      tracking_number text,
      promise_earliest timestamptz,
      promise_latest timestamptz,
      promise jsonb,
      eta timestamptz,
      stored_until timestamptz,
      sla jsonb,
      sla_version int,
      failovers int not null default 0,
      late_predicted_at timestamptz,
      late_at timestamptz,
      version bigint not null default 0,
      told_version bigint not null default 0,
      trace_parent text,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      booked_at timestamptz,
      handed_over_at timestamptz,
      ended_at timestamptz,
      unique (id, seller_id),
      check (num_nonnulls(point_carrier, point_code, point_kind) in (0, 3)),
      check (num_nonnulls(promise_earliest, promise_latest) in (0, 2)),
      foreign key (order_id, seller_id) references sales_order (id, seller_id),
      foreign key (shop_id, seller_id) references shop (id, seller_id),
      foreign key (warehouse_id, seller_id) references warehouse (id, seller_id)
    )`)
  // A second start for one order is refused here, whoever asks.
  await run(`create unique index shipment_of_order on shipment (order_id)
    where phase not in ('cancelled', 'failed')`)
  await run('create index shipment_seller on shipment (seller_id, created_at desc, id desc)')
  await run('create index shipment_untold on shipment (id) where told_version < version')

  await run(`
    create table booking_attempt (
      id uuid primary key,
      shipment_id uuid not null,
      seller_id bigint not null,
      number int not null,
      carrier ${carrier},
      service text not null,
      mode text not null,
      account_id uuid not null references carrier_account,
      reference text not null unique check (reference ~ '^[ -~]+$'),
      state text not null default 'asked' check (state in ('asked', 'pending', 'booked', 'unknown',
        'cancelling', 'rejected', 'absent', 'cancelled', 'woken', 'loose')),
      quote jsonb not null,
      price_minor bigint not null,
      currency text not null,
      ready_at timestamptz not null,
      point_code text,
      point_kind text,
      carrier_ref text,
      tracking_number text,
      reason_code text,
      given_up_for text,
      calls int not null default 0,
      asked_at timestamptz not null default clock_timestamp(),
      label_key text,
      status text,
      status_at timestamptz,
      eta timestamptz,
      stored_until timestamptz,
      next_poll_at timestamptz,
      quiet_polls int not null default 0,
      created_at timestamptz not null default now(),
      booked_at timestamptz,
      settled_at timestamptz,
      learned_at timestamptz,
      unique (shipment_id, number),
      unique (id, seller_id),
      foreign key (shipment_id, seller_id) references shipment (id, seller_id) on delete cascade
    )`)
  // At most one booking that is live, or may be.
  await run(`create unique index booking_attempt_live on booking_attempt (shipment_id)
    where state in ('asked', 'pending', 'booked', 'unknown', 'cancelling')`)
  await run(`create index booking_attempt_due on booking_attempt (account_id, next_poll_at)
    where next_poll_at is not null`)
  await run('create index booking_attempt_carrier_ref on booking_attempt (carrier, carrier_ref)')

  await run(`
    create table delivery_quote (
      id bigint generated always as identity primary key,
      shipment_id uuid not null,
      seller_id bigint not null,
      round int not null,
      ranked jsonb not null,
      left_out jsonb not null,
      inputs jsonb not null,
      weights jsonb not null,
      chooser_version text not null,
      created_at timestamptz not null default now(),
      unique (shipment_id, round),
      foreign key (shipment_id, seller_id) references shipment (id, seller_id) on delete cascade
    )`)

  await run(`
    create table human_task (
      id bigint generated always as identity primary key,
      shipment_id uuid not null,
      attempt_id uuid references booking_attempt on delete cascade,
      seller_id bigint not null,
      kind text not null check (kind in ('unsettled-booking', 'cancel-by-phone', 'loose-booking',
        'no-carrier', 'point-unavailable', 'not-delivered', 'taken-back', 'too-late-to-cancel',
        'delivery-problem')),
      state text not null default 'open' check (state in ('open', 'done')),
      details jsonb not null default '{}',
      resolution text,
      closed_by text,
      created_at timestamptz not null default now(),
      closed_at timestamptz,
      check ((state = 'done') = (closed_at is not null)),
      foreign key (shipment_id, seller_id) references shipment (id, seller_id) on delete cascade
    )`)
  await run(`create unique index human_task_open on human_task
    (shipment_id, kind, coalesce(attempt_id, shipment_id)) where state = 'open'`)
  await run('create index human_task_state on human_task (state, id)')

  await run(`
    create table cost_entry (
      id bigint generated always as identity primary key,
      shipment_id uuid not null,
      attempt_id uuid not null references booking_attempt on delete cascade,
      seller_id bigint not null,
      kind text not null check (kind in ('delivery', 'loser', 'cancellation')),
      expected_minor bigint not null,
      actual_minor bigint,
      currency text not null,
      created_at timestamptz not null default now(),
      settled_at timestamptz,
      unique (attempt_id, kind),
      foreign key (shipment_id, seller_id) references shipment (id, seller_id) on delete cascade
    )`)

  await run('create index cost_entry_shipment on cost_entry (shipment_id)')

  await secure(run, [
    'shipment',
    'booking_attempt',
    'delivery_quote',
    'human_task',
    'cost_entry',
    'carrier_account',
  ])
  await run('grant insert, update on shipment, carrier_account to yarmarka_seller')
}

async function secure(run: (statement: string) => Promise<unknown>, tables: readonly string[]) {
  for (const table of tables) {
    await run(`alter table ${table} enable row level security`)
    await run(
      `create policy own on ${table} to yarmarka_seller using (seller_id = (select current_seller_id()))`,
    )
    await run(`create policy everything on ${table} to yarmarka_system using (true)`)
    await run(`grant select, insert, update, delete on ${table} to yarmarka_system`)
    await run(`grant select on ${table} to yarmarka_seller`)
  }
}
