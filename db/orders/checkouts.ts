import { sql, type Kysely, type Selectable, type Transaction } from 'kysely'
import type { Database } from '../database.ts'

export type CheckoutRow = Selectable<Database['checkout']>

export type NewCheckout = Pick<CheckoutRow, 'id' | 'keyId' | 'idempotencyKey' | 'fingerprint'>

/**
 * Notes a checkout before its orders are placed, in their transaction and before any seller is set. Whoever comes with
 * the same idempotency key waits for its end.
 * @returns the checkout that was made with that key within a day, if there is one; then none was noted
 */
export async function openCheckout(
  trx: Transaction<Database>,
  checkout: NewCheckout,
): Promise<CheckoutRow | undefined> {
  const opened = await trx
    .insertInto('checkout')
    .values(checkout)
    .onConflict((conflict) =>
      conflict
        .columns(['keyId', 'idempotencyKey'])
        .doUpdateSet({ ...checkout, createdAt: sql`now()` })
        .where('checkout.createdAt', '<', sql<Date>`now() - interval '24 hours'`),
    )
    .returning('id')
    .executeTakeFirst()
  if (opened) return undefined
  const { keyId, idempotencyKey } = checkout
  return trx
    .selectFrom('checkout')
    .selectAll()
    .where('keyId', '=', keyId)
    .where('idempotencyKey', '=', idempotencyKey)
    .executeTakeFirstOrThrow()
}

export const findCheckout = (db: Kysely<Database>, id: string): Promise<CheckoutRow | undefined> =>
  db.selectFrom('checkout').selectAll().where('id', '=', id).executeTakeFirst()
