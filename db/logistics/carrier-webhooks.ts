import { createHash } from 'node:crypto'
import { sql, type Kysely, type Selectable } from 'kysely'
import type { Database } from '../database.ts'

export type CarrierWebhookRow = Selectable<Database['carrierWebhook']>

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

/** The oldest first. */
export const listWaiting = (
  db: Kysely<Database>,
  { accountId, limit }: { accountId: string; limit: number },
): Promise<CarrierWebhookRow[]> =>
  db
    .selectFrom('carrierWebhook')
    .selectAll()
    .where('accountId', '=', accountId)
    .where('handledAt', 'is', null)
    .orderBy('id')
    .limit(limit)
    .execute()

/** What was read is kept no longer: it holds names, addresses and telephone numbers. What failed waits for its next try. */
export const handled = (
  db: Kysely<Database>,
  { id, tries }: Pick<CarrierWebhookRow, 'id' | 'tries'>,
  { outcome, mostTries }: { outcome: string; mostTries: number },
) =>
  db
    .updateTable('carrierWebhook')
    .set({
      tries: tries + 1,
      ...((outcome !== 'failed' || tries + 1 >= mostTries) && {
        ...{ outcome, handledAt: sql`now()` },
        ...{ headers: '{}', body: Buffer.alloc(0) },
      }),
    })
    .where('id', '=', id)
    .execute()

/** What a carrier's queue told of none of our bookings, or nobody could keep: without personal data. */
export type Unmatched = { carrierId: string; outcome: string } & object

/** What is confirmed at the carrier comes no more: what is to be looked at later is kept here, each once. */
export async function keepUnmatched(
  db: Kysely<Database>,
  accountId: string,
  unmatched: readonly Unmatched[],
): Promise<void> {
  if (unmatched.length === 0) return
  await db
    .insertInto('carrierWebhook')
    .values(
      unmatched.map(({ outcome, ...change }) => {
        const body = Buffer.from(JSON.stringify(change))
        const digest = createHash('sha256').update(body).digest('hex')
        return { accountId, digest, headers: '{}', body, outcome, handledAt: sql<Date>`now()` }
      }),
    )
    .onConflict((conflict) => conflict.columns(['accountId', 'digest']).doNothing())
    .execute()
}

/** Until then the same is recognized when it comes again. DPD keeps its own history for as long. */
const KEPT_DAYS = 90

/** Of one contract. */
export const forgetHandled = (db: Kysely<Database>, accountId: string) =>
  db
    .deleteFrom('carrierWebhook')
    .where('accountId', '=', accountId)
    .where('handledAt', '<', sql<Date>`now() - ${KEPT_DAYS} * interval '1 day'`)
    .execute()

/** Contracts whose carriers may call us, those that take no new bookings included. */
export const listWebhookAccounts = (db: Kysely<Database>) =>
  db
    .selectFrom('carrierAccount')
    .select(['id', 'carrier', 'customerId', 'sealedWebhookKey'])
    .where('sealedWebhookKey', 'is not', null)
    .execute()
