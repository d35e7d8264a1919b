import { sql, type Transaction } from 'kysely'
import type { Database } from './database.ts'

/** How long an answer is kept; how long a claim stands unless it is extended. */
const KEPT = sql`interval '24 hours'`
const CLAIMED = sql`interval '60 seconds'`

/** Whole milliseconds, as JavaScript has them: a claim is recognised by its end. */
const endOfClaim = sql<Date>`date_trunc('milliseconds', clock_timestamp() + ${CLAIMED})`

export type KeptAnswer = { fingerprint: string; status: number; body: unknown }

/** Ours while `claimedUntil` in the table is the one that we wrote: who finds it over takes it. */
export type Claim = { sellerId: string; key: string; claimedUntil: Date }

export type Claimed =
  | { outcome: 'claimed'; claim: Claim }
  | { outcome: 'in-progress' }
  | { outcome: 'answered'; answer: KeptAnswer }

/** Takes the key when it is new, forgotten after a day, or was left behind by a crash. */
export async function claimIdempotencyKey(
  trx: Transaction<Database>,
  { sellerId, key }: Omit<Claim, 'claimedUntil'>,
): Promise<Claimed> {
  const taken = await trx
    .insertInto('idempotencyKey')
    .values({ sellerId, key, claimedUntil: endOfClaim })
    .onConflict((conflict) =>
      conflict
        .columns(['sellerId', 'key'])
        .doUpdateSet({
          claimedUntil: (eb) => eb.ref('excluded.claimedUntil'),
          createdAt: sql`now()`,
          fingerprint: null,
          status: null,
          body: null,
        })
        .where((eb) =>
          eb.or([
            eb('idempotencyKey.createdAt', '<', sql<Date>`now() - ${KEPT}`),
            eb.and([
              eb('idempotencyKey.status', 'is', null),
              eb('idempotencyKey.claimedUntil', '<', sql<Date>`clock_timestamp()`),
            ]),
          ]),
        ),
    )
    .returning('claimedUntil')
    .executeTakeFirst()
  if (taken)
    return { outcome: 'claimed', claim: { sellerId, key, claimedUntil: taken.claimedUntil } }

  const kept = await trx
    .selectFrom('idempotencyKey')
    .select(['fingerprint', 'status', 'body'])
    .where('sellerId', '=', sellerId)
    .where('key', '=', key)
    .executeTakeFirst()
  if (!kept || kept.status === null) return { outcome: 'in-progress' }
  const { fingerprint, status, body } = kept
  return { outcome: 'answered', answer: { fingerprint: fingerprint ?? '', status, body } }
}

/** Goes on with a claim; nothing when somebody has taken it over. */
export async function extendClaim(
  trx: Transaction<Database>,
  claim: Claim,
): Promise<Claim | undefined> {
  const extended = await mine(trx, claim)
    .set({ claimedUntil: endOfClaim })
    .returning('claimedUntil')
    .executeTakeFirst()
  return extended && { ...claim, ...extended }
}

/** Belongs in the transaction that did the work. False when the claim was lost: then the work must not stay. */
export async function keepAnswer(
  trx: Transaction<Database>,
  claim: Claim,
  { fingerprint, status, body }: KeptAnswer,
): Promise<boolean> {
  const { numUpdatedRows } = await mine(trx, claim)
    .set({ fingerprint, status, body: JSON.stringify(body) })
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Nothing was done under the key: it may be used again. */
export const releaseClaim = (trx: Transaction<Database>, claim: Claim) =>
  trx
    .deleteFrom('idempotencyKey')
    .where('sellerId', '=', claim.sellerId)
    .where('key', '=', claim.key)
    .where('claimedUntil', '=', claim.claimedUntil)
    .where('status', 'is', null)
    .execute()

const mine = (trx: Transaction<Database>, { sellerId, key, claimedUntil }: Claim) =>
  trx
    .updateTable('idempotencyKey')
    .where('sellerId', '=', sellerId)
    .where('key', '=', key)
    .where('claimedUntil', '=', claimedUntil)
    .where('status', 'is', null)
