import { sql, type Kysely } from 'kysely'
import type { Database } from '../../database.ts'

export type Subscription = {
  endpointId: string
  sellerId: string
  eventTypes: string[]
  apiVersion: string
}

/** All endpoints of these sellers, also those that are not sent to for now: what they miss waits for them. */
export const listSubscriptions = (
  db: Kysely<Database>,
  sellerIds: readonly string[],
): Promise<Subscription[]> =>
  db
    .selectFrom('webhookEndpoint')
    .select(['id as endpointId', 'sellerId', 'eventTypes', 'apiVersion'])
    .where('sellerId', 'in', sellerIds)
    .where('deletedAt', 'is', null)
    .orderBy('id')
    .execute()

export type NewMessage = {
  endpointId: string
  sellerId: string
  eventId: string
  type: string
  subject: string
  body: string
}

/** In the given order; what an endpoint has already of an event is left as it is. */
export async function writeMessages(
  db: Kysely<Database>,
  messages: readonly NewMessage[],
): Promise<void> {
  const column = <Key extends keyof NewMessage>(key: Key) => messages.map((one) => one[key])
  await sql`
    insert into webhook_message (endpoint_id, seller_id, event_id, type, subject, body)
    select told.endpoint_id, told.seller_id, told.event_id, told.type, told.subject, told.body
    from unnest(
      ${column('endpointId')}::uuid[], ${column('sellerId')}::bigint[], ${column('eventId')}::bigint[],
      ${column('type')}::text[], ${column('subject')}::text[], ${column('body')}::text[]
    ) with ordinality as told (endpoint_id, seller_id, event_id, type, subject, body, place)
    join webhook_endpoint e on e.id = told.endpoint_id and e.deleted_at is null
    order by told.place
    on conflict (endpoint_id, event_id) do nothing`.execute(db)
}

/**
 * Of these endpoints, those whose deliverer must be woken. One that attends will look again after it said that it no
 * longer does; one that is held wakes by itself.
 */
export async function listUnattended(
  db: Kysely<Database>,
  endpointIds: readonly string[],
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from webhook_endpoint
    where id = any (${endpointIds}::uuid[]) and state = 'active' and deleted_at is null
      and coalesce(attended_until, '-infinity') < clock_timestamp()
      and coalesce(held_until, '-infinity') < clock_timestamp()`.execute(db)
  return rows.map(({ id }) => id)
}
