import { sql, type Selectable, type Transaction } from 'kysely'
import type { Database } from '../../database.ts'
import type { WebhookEndpoint } from './endpoints.ts'
import type { WebhookMessageState } from './tables.ts'

export type WebhookMessage = Selectable<Database['webhookMessage']>
export type WebhookAttempt = Selectable<Database['webhookAttempt']>
type Trx = Transaction<Database>

export type MessageFilter = {
  endpointId?: string | undefined
  state?: WebhookMessageState | undefined
  type?: string | undefined
  subject?: string | undefined
  from?: string | undefined
  to?: string | undefined
}

/** The newest first, in the eyes of the seller of `trx`; `beforeId` is the last one of the page before. */
export const listWebhookMessages = (
  trx: Trx,
  sellerId: string,
  { beforeId, limit, ...filter }: MessageFilter & { beforeId: string | undefined; limit: number },
): Promise<WebhookMessage[]> =>
  trx
    .selectFrom('webhookMessage')
    .selectAll()
    .where('sellerId', '=', sellerId)
    .$if(filter.endpointId !== undefined, (q) => q.where('endpointId', '=', filter.endpointId!))
    .$if(filter.state !== undefined, (q) => q.where('state', '=', filter.state!))
    .$if(filter.type !== undefined, (q) => q.where('type', '=', filter.type!))
    .$if(filter.subject !== undefined, (q) => q.where('subject', '=', filter.subject!))
    .$if(filter.from !== undefined, (q) => q.where('createdAt', '>=', new Date(filter.from!)))
    .$if(filter.to !== undefined, (q) => q.where('createdAt', '<', new Date(filter.to!)))
    .$if(beforeId !== undefined, (q) => q.where('id', '<', beforeId!))
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()

export const findWebhookMessage = (trx: Trx, id: string): Promise<WebhookMessage | undefined> =>
  trx.selectFrom('webhookMessage').selectAll().where('id', '=', id).executeTakeFirst()

/** In their order. */
export const listWebhookAttempts = (
  trx: Trx,
  messageId: string,
  { after, limit }: { after: number; limit: number },
): Promise<WebhookAttempt[]> =>
  trx
    .selectFrom('webhookAttempt')
    .selectAll()
    .where('messageId', '=', messageId)
    .where('number', '>', after)
    .orderBy('number')
    .limit(limit)
    .execute()

/** A message of no event. */
export const insertTestMessage = (
  trx: Trx,
  { id: endpointId, sellerId }: WebhookEndpoint,
  { type, body }: { type: string; body: string },
): Promise<WebhookMessage> =>
  trx
    .insertInto('webhookMessage')
    .values({
      ...{ sellerId, endpointId, type, body },
      subject: `webhook-endpoint:${endpointId}`,
    })
    .returningAll()
    .executeTakeFirstOrThrow()

/** What waits for an endpoint that is no more. */
export const giveUpMessages = (trx: Trx, endpointId: string) =>
  trx
    .updateTable('webhookMessage')
    .set({ state: 'failed', finishedAt: sql`now()` })
    .where('endpointId', '=', endpointId)
    .where('state', '=', 'pending')
    .execute()

/** It begins its schedule anew, under the same id. */
export const resendMessage = (trx: Trx, id: string): Promise<WebhookMessage | undefined> =>
  trx
    .updateTable('webhookMessage')
    .set({ state: 'pending', tries: 0, dueAt: sql`now()`, finishedAt: null })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()

export type Resend = {
  sellerId: string
  endpointId: string
  since: Date
  states: readonly WebhookMessageState[]
  afterId: string
  limit: number
}

/**
 * As {@link resendMessage} for those of one endpoint, the oldest first; what waits already is not counted.
 * @returns how many, and the last one's id; no id when there are no more
 */
export async function resendSince(
  trx: Trx,
  { sellerId, endpointId, since, states, afterId, limit }: Resend,
): Promise<{ count: number; lastId: string | undefined }> {
  const { rows } = await sql<{ id: string }>`
    with chosen as (
      select id from webhook_message
      where seller_id = ${sellerId}::bigint and id > ${afterId}::bigint
        and endpoint_id = ${endpointId}::uuid and created_at >= ${since} and state = any (${states}::text[])
      order by id limit ${limit} for update
    )
    update webhook_message m set state = 'pending', tries = 0, due_at = now(), finished_at = null
    from chosen where m.id = chosen.id
    returning m.id`.execute(trx)
  const lastId = rows.reduce((last, { id }) => (BigInt(id) > last ? BigInt(id) : last), 0n)
  return { count: rows.length, lastId: rows.length < limit ? undefined : String(lastId) }
}
