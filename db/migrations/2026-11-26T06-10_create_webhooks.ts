import { sql, type Kysely } from 'kysely'

/** Endpoints of sellers, what is to be told to each, and every try to tell it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db)

  await run(`
    create table webhook_endpoint (
      id uuid primary key,
      seller_id bigint not null references seller,
      url text not null,
      description text,
      event_types text[] not null,
      ordering text not null default 'none' check (ordering in ('none', 'per-order')),
      concurrency int not null default 8 check (concurrency between 1 and 64),
      rate_per_second int check (rate_per_second between 1 and 1000),
      api_version text not null,
      state text not null default 'active' check (state in ('active', 'paused', 'disabled')),
      disabled_reason text check (disabled_reason in ('gone', 'failing')),
      disabled_at timestamptz,
      secrets jsonb not null,
      failures int not null default 0,
      failing_since timestamptz,
      openings int not null default 0,
      last_success_at timestamptz,
      held_until timestamptz,
      attended_until timestamptz,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      deleted_at timestamptz,
      unique (id, seller_id),
      check ((state = 'disabled') = (num_nonnulls(disabled_reason, disabled_at) = 2))
    ) with (fillfactor = 50)`)
  await run('create index webhook_endpoint_seller on webhook_endpoint (seller_id, created_at, id)')

  // A message that is delivered leaves dead entries at the front of the queue: vacuum must come by often.
  const queue =
    'autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 1'
  await run(`
    create table webhook_message (
      id bigint generated always as identity primary key,
      seller_id bigint not null,
      endpoint_id uuid not null,
      event_id bigint,
      type text not null,
      subject text not null,
      body text not null,
      state text not null default 'pending' check (state in ('pending', 'delivered', 'failed')),
      attempts int not null default 0,
      tries int not null default 0,
      due_at timestamptz not null default now(),
      created_at timestamptz not null default now(),
      finished_at timestamptz,
      unique (endpoint_id, event_id),
      foreign key (endpoint_id, seller_id) references webhook_endpoint (id, seller_id),
      check ((state = 'pending') = (finished_at is null))
    ) with (${queue})`)
  await run(
    `create index webhook_message_due on webhook_message (endpoint_id, due_at, id) where state = 'pending'`,
  )
  await run(
    `create index webhook_message_in_order on webhook_message (endpoint_id, subject, id) where state = 'pending'`,
  )
  await run('create index webhook_message_seller on webhook_message (seller_id, id)')
  await run('create index webhook_message_age on webhook_message using brin (created_at)')

  // Without a foreign key: it would lock the message that the same statement has just changed. See db/…/webhooks/log.ts.
  await run(`
    create table webhook_attempt (
      message_id bigint not null,
      number int not null,
      seller_id bigint not null,
      started_at timestamptz not null,
      duration_ms int not null,
      status int,
      problem text,
      answer text check (octet_length(answer) <= 16384),
      primary key (message_id, number)
    )`)

  for (const table of ['webhook_endpoint', 'webhook_message', 'webhook_attempt']) {
    await run(`alter table ${table} enable row level security`)
    await run(
      `create policy own on ${table} to yarmarka_seller using (seller_id = (select current_seller_id()))`,
    )
    await run(`create policy everything on ${table} to yarmarka_system using (true)`)
    await run(`grant select, insert, update, delete on ${table} to yarmarka_system`)
  }
  await run('grant select, insert, update on webhook_endpoint, webhook_message to yarmarka_seller')
  await run('grant select on webhook_attempt to yarmarka_seller')
}
