import { sql, type Kysely } from 'kysely'
import type { Database } from '../database.ts'

/**
 * Raises documents again, each by `by` beyond its version and beyond the one that somebody holds of it, in id order as
 * the triggers do; one that was never raised is raised now. As role `system`.
 */
export async function raiseBeyond(
  db: Kysely<Database>,
  held: readonly { id: string; version: number }[],
  by: number,
): Promise<void> {
  await sql`
    insert into change (shop_product_id, version, deleted_at)
    select given.id, given.version + ${by}::bigint, case when sp.id is null then clock_timestamp() end
    from unnest(
      ${held.map(({ id }) => id)}::bigint[], ${held.map(({ version }) => version)}::bigint[]
    ) as given (id, version)
    left join shop_product sp on sp.id = given.id
    order by given.id
    on conflict (shop_product_id) do update
      set version = greatest(change.version + ${by}::bigint, excluded.version),
        changed_at = excluded.changed_at, raised_in = excluded.raised_in`.execute(db)
}
