import { sql, type Insertable, type Selectable, type Transaction, type Updateable } from 'kysely'
import type { Database } from '../../database.ts'

export type WebhookEndpoint = Selectable<Database['webhookEndpoint']>
type Trx = Transaction<Database>

export const insertWebhookEndpoint = (
  trx: Trx,
  values: Insertable<Database['webhookEndpoint']>,
): Promise<WebhookEndpoint> =>
  trx.insertInto('webhookEndpoint').values(values).returningAll().executeTakeFirstOrThrow()

/** In the eyes of the seller of `trx`; a deleted one is absent. */
export const findWebhookEndpoint = (trx: Trx, id: string): Promise<WebhookEndpoint | undefined> =>
  trx
    .selectFrom('webhookEndpoint')
    .selectAll()
    .where('id', '=', id)
    .where('deletedAt', 'is', null)
    .executeTakeFirst()

/** As {@link findWebhookEndpoint}; nobody changes it before `trx` is over. */
export const lockWebhookEndpoint = (trx: Trx, id: string): Promise<WebhookEndpoint | undefined> =>
  trx
    .selectFrom('webhookEndpoint')
    .selectAll()
    .where('id', '=', id)
    .where('deletedAt', 'is', null)
    .forUpdate()
    .executeTakeFirst()

/** The oldest first; `afterId` is the last one of the page before. */
export const listWebhookEndpoints = (
  trx: Trx,
  { afterId, limit }: { afterId: string | undefined; limit: number },
): Promise<WebhookEndpoint[]> =>
  trx
    .selectFrom('webhookEndpoint')
    .selectAll()
    .where('deletedAt', 'is', null)
    .$if(afterId !== undefined, (query) =>
      query.where(
        sql<boolean>`(created_at, id) > (select created_at, id from webhook_endpoint where id = ${afterId}::uuid)`,
      ),
    )
    .orderBy('createdAt')
    .orderBy('id')
    .limit(limit)
    .execute()

export const countWebhookEndpoints = async (trx: Trx): Promise<number> => {
  const { count } = await trx
    .selectFrom('webhookEndpoint')
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .where('deletedAt', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(count)
}

export const updateWebhookEndpoint = (
  trx: Trx,
  id: string,
  values: Updateable<Database['webhookEndpoint']>,
): Promise<WebhookEndpoint> =>
  trx
    .updateTable('webhookEndpoint')
    .set({ ...values, updatedAt: sql`now()` })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()

/** What it holds back for failures that are forgotten is due at once. */
export const releaseMessages = (trx: Trx, endpointId: string) =>
  trx
    .updateTable('webhookMessage')
    .set({ dueAt: sql`now()`, tries: 0 })
    .where('endpointId', '=', endpointId)
    .where('state', '=', 'pending')
    .where('tries', '>', 0)
    .execute()
