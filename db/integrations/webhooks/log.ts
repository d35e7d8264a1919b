import { sql, type Kysely } from 'kysely'
import type { Database } from '../../database.ts'

/** What was delivered is looked for less long than what was not. */
const DELIVERED_DAYS = 30
const OTHERS_DAYS = 90

/**
 * Forgets up to `limit` messages whose time is over, with their attempts.
 * @returns how many; fewer than `limit` when there are no more
 */
export async function forgetMessages(db: Kysely<Database>, limit: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    with forgotten as (
      delete from webhook_message where id = any (array(
        select id from webhook_message
        where created_at < now() - ${DELIVERED_DAYS} * interval '1 day'
          and (state = 'delivered' or created_at < now() - ${OTHERS_DAYS} * interval '1 day')
        limit ${limit}))
      returning id
    ), unlogged as (
      delete from webhook_attempt where message_id in (select id from forgotten)
    )
    select count(*)::int as count from forgotten`.execute(db)
  return rows[0]!.count
}

/** Deleted endpoints of which nothing is left in the log. */
export async function forgetDeletedEndpoints(db: Kysely<Database>): Promise<void> {
  await sql`
    delete from webhook_endpoint e where deleted_at < now() - interval '1 hour'
      and not exists (select from webhook_message m where m.endpoint_id = e.id)`.execute(db)
}

/** Active endpoints with something due for a while that nobody attends to: whoever should have woken them was lost. */
export async function listStalledEndpoints(db: Kysely<Database>): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select e.id from webhook_endpoint e
    where e.state = 'active' and e.deleted_at is null
      and coalesce(e.attended_until, '-infinity') < now() - interval '1 minute'
      and coalesce(e.held_until, '-infinity') < now() - interval '1 minute'
      and exists (
        select from webhook_message m
        where m.endpoint_id = e.id and m.state = 'pending' and m.due_at < now() - interval '1 minute')`.execute(
    db,
  )
  return rows.map(({ id }) => id)
}
