import { sql, type Kysely } from 'kysely'
import type { Database } from '../../database.ts'
import type { WebhookMessageState } from './tables.ts'

export type AttemptResult = {
  messageId: string
  /** Of the attempts of this message, from 1. */
  number: number
  startedAt: Date
  durationMs: number
  status: number | null
  problem: string | null
  answer: string | null
  state: WebhookMessageState
  /** Until the next try, of one that stays pending. */
  retryMs: number | null
}

/**
 * Keeps the results of many attempts, of any endpoints, in one statement; as often as one likes. A message that is given
 * up leaves an event.
 */
export async function recordAttempts(
  db: Kysely<Database>,
  results: readonly AttemptResult[],
): Promise<void> {
  // In one order for all writers, so that none waits for another in a circle.
  const ordered = results.toSorted((a, b) => (BigInt(a.messageId) < BigInt(b.messageId) ? -1 : 1))
  const column = <Key extends keyof AttemptResult>(key: Key) => ordered.map((one) => one[key])
  await sql`
    with result as (
      select * from unnest(
        ${column('messageId')}::bigint[], ${column('number')}::int[], ${column('startedAt')}::timestamptz[],
        ${column('durationMs')}::int[], ${column('status')}::int[], ${column('problem')}::text[],
        ${column('answer')}::text[], ${column('state')}::text[], ${column('retryMs')}::float8[]
      ) as told (message_id, number, started_at, duration_ms, status, problem, answer, state, retry_ms)
    ), moved as (
      update webhook_message m set
        state = r.state, attempts = r.number, tries = m.tries + 1,
        due_at = case when r.retry_ms is null then m.due_at
          else clock_timestamp() + r.retry_ms * interval '1 millisecond' end,
        finished_at = case when r.state = 'pending' then null else clock_timestamp() end
      from result r
      where m.id = r.message_id and m.state = 'pending' and m.attempts < r.number
      returning m.id, m.seller_id, m.endpoint_id, m.type, m.state, r.number, r.started_at, r.duration_ms,
        r.status, r.problem, r.answer
    ), logged as (
      insert into webhook_attempt (message_id, number, seller_id, started_at, duration_ms, status, problem, answer)
      select id, number, seller_id, started_at, duration_ms, status, problem, answer from moved
      on conflict do nothing
    )
    insert into event (seller_id, type, subject, data)
    select seller_id, 'webhook-message.failed', 'webhook-endpoint:' || endpoint_id,
      jsonb_build_object('endpointId', endpoint_id, 'messageId', id::text, 'messageType', type)
    from moved where state = 'failed' and type not like 'webhook-%'`.execute(db)
}
