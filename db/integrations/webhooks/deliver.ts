import { sql, type Kysely } from 'kysely'
import { appendEvent } from '../../events.ts'
import type { Database } from '../../database.ts'
import type { WebhookEndpoint } from './endpoints.ts'
import type { WebhookOrdering } from './tables.ts'

const ATTENDED_SECONDS = 10

/** What a deliverer has learnt of its endpoint. */
export type KeptHealth = {
  failures: number
  failingSince: Date | null
  openings: number
  heldUntil: Date | null
  lastSuccessAt: Date | null
}

/**
 * Says that a deliverer is at work, and keeps what it has learnt.
 * @returns the endpoint as it is now; absent when it was deleted
 */
export const attend = (
  db: Kysely<Database>,
  endpointId: string,
  learnt: Partial<KeptHealth> = {},
): Promise<WebhookEndpoint | undefined> =>
  db
    .updateTable('webhookEndpoint')
    .set({
      ...learnt,
      attendedUntil: sql<Date>`clock_timestamp() + ${ATTENDED_SECONDS} * interval '1 second'`,
    })
    .where('id', '=', endpointId)
    .where('deletedAt', 'is', null)
    .returningAll()
    .executeTakeFirst()

/** Nobody attends from now on. Who looks for messages after this misses none: whoever wrote later finds it unattended. */
export const leave = (db: Kysely<Database>, endpointId: string, learnt: Partial<KeptHealth> = {}) =>
  db
    .updateTable('webhookEndpoint')
    .set({ ...learnt, attendedUntil: null })
    .where('id', '=', endpointId)
    .execute()

export type DueMessage = { id: string; type: string; body: string; attempts: number; tries: number }

export type DueQuestion = {
  endpointId: string
  ordering: WebhookOrdering
  /** Ids that are under way already. */
  except: readonly string[]
  limit: number
}

/** Of each order only its first message that is not over: what failed holds what came after it. */
const isFirst = (ordering: WebhookOrdering) =>
  ordering === 'none'
    ? sql`true`
    : sql`not exists (
        select from webhook_message earlier
        where earlier.endpoint_id = m.endpoint_id and earlier.subject = m.subject
          and earlier.state = 'pending' and earlier.id < m.id)`

/** The messages whose time has come, the longest due first. */
export async function listDueMessages(
  db: Kysely<Database>,
  { endpointId, ordering, except, limit }: DueQuestion,
): Promise<DueMessage[]> {
  const { rows } = await sql<DueMessage>`
    select m.id, m.type, m.body, m.attempts, m.tries from webhook_message m
    where m.endpoint_id = ${endpointId}::uuid and m.state = 'pending' and m.due_at <= clock_timestamp()
      and m.id <> all (${except}::bigint[]) and ${isFirst(ordering)}
    order by m.due_at, m.id limit ${limit}`.execute(db)
  return rows
}

/** Milliseconds until the next message is due, 0 when one is; null when nothing waits. */
export async function findNextDueMs(
  db: Kysely<Database>,
  endpointId: string,
  ordering: WebhookOrdering,
): Promise<number | null> {
  const { rows } = await sql<{ ms: number }>`
    select greatest(0, ceil(extract(epoch from m.due_at - clock_timestamp()) * 1000))::float8 as ms
    from webhook_message m
    where m.endpoint_id = ${endpointId}::uuid and m.state = 'pending' and ${isFirst(ordering)}
    order by m.due_at limit 1`.execute(db)
  return rows[0]?.ms ?? null
}

/**
 * Stops sending to an endpoint, and tells its seller once.
 * @returns false when it was not active any more
 */
export const disableEndpoint = (
  db: Kysely<Database>,
  { id, sellerId }: Pick<WebhookEndpoint, 'id' | 'sellerId'>,
  reason: 'gone' | 'failing',
): Promise<boolean> =>
  db.transaction().execute(async (trx) => {
    const { numUpdatedRows } = await trx
      .updateTable('webhookEndpoint')
      .set({ state: 'disabled', disabledReason: reason, disabledAt: sql`now()` })
      .where('id', '=', id)
      .where('state', '=', 'active')
      .executeTakeFirst()
    if (numUpdatedRows === 0n) return false
    await tellOfEndpoint(trx, { id, sellerId }, 'webhook-endpoint.disabled', { reason })
    return true
  })

export const tellOfEndpoint = (
  db: Kysely<Database>,
  { id, sellerId }: Pick<WebhookEndpoint, 'id' | 'sellerId'>,
  type: string,
  data: object = {},
) =>
  appendEvent(db, {
    ...{ sellerId, type },
    subject: `webhook-endpoint:${id}`,
    data: { endpointId: id, ...data },
    traceParent: null,
  })
