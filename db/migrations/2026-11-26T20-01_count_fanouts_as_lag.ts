import { sql, type Kysely } from 'kysely'

/**
 * A fan-out that waits is a change that cannot be searched yet, and counts as one. Those that wait already count from now on.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db)

  await run(
    'alter table change_fanout add column created_at timestamptz not null default clock_timestamp()',
  )
  await run(`
    create or replace function search_lag_ms() returns double precision
    language sql stable security definer set search_path = pg_catalog, public, pg_temp
    return coalesce(extract(epoch from clock_timestamp() - least(
      (select min(created_at) from change_fanout),
      (select min(oldest.changed_at)
        from (values (false), (true)) kind (wide)
        cross join lateral (
          select changed_at from change
          where search_version < version and change.wide = kind.wide
          order by changed_at limit 1
        ) oldest))) * 1000, 0)`)
  await run('grant execute on function search_lag_ms() to yarmarka_system')
}
