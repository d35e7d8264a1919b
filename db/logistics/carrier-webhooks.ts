import type { Kysely } from 'kysely'
import type { Database } from '../database.ts'

export type NewCarrierWebhook = {
  accountId: string
  /** Of the body: the same is kept once. */
  digest: string
  headers: Record<string, string>
  body: Uint8Array
}

/** @returns whether it is new */
export async function keepCarrierWebhook(
  db: Kysely<Database>,
  { headers, body, ...webhook }: NewCarrierWebhook,
): Promise<boolean> {
  const kept = await db
    .insertInto('carrierWebhook')
    .values({ ...webhook, headers: JSON.stringify(headers), body: Buffer.from(body) })
    .onConflict((conflict) => conflict.columns(['accountId', 'digest']).doNothing())
    .returning('id')
    .executeTakeFirst()
  return kept !== undefined
}

/** Contracts whose carriers may call us, those that take no new bookings included. */
export const listWebhookAccounts = (db: Kysely<Database>) =>
  db
    .selectFrom('carrierAccount')
    .select(['id', 'carrier', 'customerId', 'sealedWebhookKey'])
    .where('sealedWebhookKey', 'is not', null)
    .execute()
