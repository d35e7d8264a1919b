import { sql, type Kysely } from 'kysely'

/** Who did what, and when: written in the transaction that did it, never changed. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db)

  await run(`
    create table audit_entry (
      id bigint generated always as identity primary key,
      seller_id bigint references seller,
      actor text not null,
      action text not null,
      subject text not null,
      data jsonb not null default '{}',
      occurred_at timestamptz not null default now()
    )`)
  await run('create index audit_entry_subject on audit_entry (subject, id)')
  await run('create index audit_entry_seller on audit_entry (seller_id, id desc)')

  await run('alter table audit_entry enable row level security')
  await run(
    'create policy own on audit_entry to yarmarka_seller using (seller_id = (select current_seller_id()))',
  )
  await run('create policy everything on audit_entry to yarmarka_system using (true)')
  await run('grant select, insert on audit_entry to yarmarka_seller, yarmarka_system')
}
