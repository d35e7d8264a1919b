import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table import (
      id uuid primary key,
      seller_id bigint not null,
      shop_id bigint not null,
      state text not null default 'queued'
        check (state in ('queued', 'running', 'awaiting-apply', 'completed', 'failed', 'cancelled')),
      format text,
      encoding text,
      mode text not null default 'upsert' check (mode in ('upsert', 'replace')),
      dry_run boolean not null default false,
      file_name text,
      object_key text not null,
      bytes_total bigint not null,
      sha256 text not null,
      bytes_read bigint not null default 0,
      batches_read bigint not null default 0,
      rows_read bigint not null default 0,
      rows_staged bigint not null default 0,
      stage_complete boolean not null default false,
      stage_validated boolean not null default false,
      merged_row bigint not null default 0,
      created_count bigint not null default 0,
      updated_count bigint not null default 0,
      unchanged_count bigint not null default 0,
      rejected_count bigint not null default 0,
      deactivated_count bigint not null default 0,
      problem jsonb,
      trace_parent text,
      created_at timestamptz not null default now(),
      started_at timestamptz,
      read_at timestamptz,
      finished_at timestamptz,
      foreign key (shop_id, seller_id) references shop (id, seller_id)
    )`.execute(db)
  await sql`create index import_seller on import (seller_id, created_at desc, id)`.execute(db)

  await sql`
    create table import_row_error (
      import_id uuid not null references import on delete cascade,
      seq bigint generated always as identity,
      seller_id bigint not null references seller,
      row bigint not null,
      line bigint,
      external_id text,
      field text,
      code text not null,
      level text not null check (level in ('error', 'warning')),
      value text,
      primary key (import_id, seq)
    )`.execute(db)

  await sql`
    create table idempotency_key (
      seller_id bigint not null references seller,
      key text not null,
      fingerprint text,
      status int,
      body jsonb,
      claimed_until timestamptz not null,
      created_at timestamptz not null default now(),
      primary key (seller_id, key)
    )`.execute(db)
}
