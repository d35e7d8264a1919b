import { sql, type Kysely } from 'kysely'
import type { Database } from '../database.ts'

/**
 * Raises documents again, each beyond the version that somebody holds of it, in id order as the triggers do; one that
 * was never raised is raised now. As role `system`.
 */
export async function raiseBeyond(
  db: Kysely<Database>,
  beyond: readonly { id: string; version: number }[],
): Promise<void> {
  await sql`
    insert into change (shop_product_id, version, deleted_at)
    select given.id, given.version + 1, case when sp.id is null then clock_timestamp() end
    from unnest(
      ${beyond.map(({ id }) => id)}::bigint[], ${beyond.map(({ version }) => version)}::bigint[]
    ) as given (id, version)
    left join shop_product sp on sp.id = given.id
    order by given.id
    on conflict (shop_product_id) do update
      set version = greatest(change.version + 1, excluded.version), changed_at = clock_timestamp(),
        raised_in = excluded.raised_in`.execute(db)
}
