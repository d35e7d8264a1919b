import { sql, type Kysely } from 'kysely'

/** For those who ask what one actor did, and what was done in a time. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db)

  await run('create index audit_entry_actor on audit_entry (actor, id desc)')
  await run('create index audit_entry_time on audit_entry using brin (occurred_at)')
}
