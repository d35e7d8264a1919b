import { sql, type Kysely } from 'kysely'

/** A comparison also tells of how many documents it has proven nothing, and what both indices of a reindex refuse. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db)

  await run('alter table drift_cycle add column unsettled_count int not null default 0')
  await run(
    `update reindex set parity = '{"parked": 0, "unsettled": 0}' || parity where parity is not null`,
  )
}
