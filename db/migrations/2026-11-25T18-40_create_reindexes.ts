import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db)

  // A generation's id is taken before its row is there, so neither column can point at one.
  await run(`
    create table reindex (
      id uuid primary key,
      state text not null default 'queued' check (state in (
        'queued', 'backfilling', 'paused', 'verifying', 'live', 'completed', 'rolled-back', 'cancelled', 'failed')),
      rollback_minutes int not null check (rollback_minutes between 0 and 10080),
      generation_id bigint,
      index_name text,
      previous_id bigint,
      after_id bigint not null default 0,
      read_count bigint not null default 0,
      written_count bigint not null default 0,
      total_count bigint not null default 0,
      worked_ms bigint not null default 0,
      parity jsonb,
      problem jsonb,
      created_at timestamptz not null default now(),
      started_at timestamptz,
      live_at timestamptz,
      finished_at timestamptz
    )`)
  await run(`
    create unique index reindex_one_at_work on reindex ((true))
      where state in ('queued', 'backfilling', 'paused', 'verifying')`)
  await run('create index reindex_newest on reindex (created_at desc, id)')

  await run(`
    create table drift_cycle (
      id uuid primary key,
      state text not null default 'running' check (state in ('running', 'completed', 'failed')),
      document_count bigint not null default 0,
      bucket_count int not null default 0,
      differing_bucket_count int not null default 0,
      missing_count int not null default 0,
      different_count int not null default 0,
      extra_count int not null default 0,
      repaired_count int not null default 0,
      page_count int not null default 0,
      stale_page_count int not null default 0,
      unsettled_page_count int not null default 0,
      created_at timestamptz not null default now(),
      finished_at timestamptz
    )`)
  await run('create index drift_cycle_newest on drift_cycle (created_at desc, id)')

  await run('grant select, insert, update, delete on reindex, drift_cycle to yarmarka_system')
}
