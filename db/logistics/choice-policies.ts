import { sql, type Kysely, type Selectable, type Transaction } from 'kysely'
import type { CarrierId } from '../../contracts/logistics.ts'
import type { Weights } from '../../domain/logistics/weights.ts'
import { appendAudit, type Actor } from '../audit.ts'
import type { Database } from '../database.ts'

export type ChoicePolicyRow = Selectable<Database['choicePolicy']>

/** The newest version of a seller's own or, for `null`, of everybody's. */
export const findOwnChoicePolicy = (
  db: Kysely<Database>,
  sellerId: string | null,
): Promise<ChoicePolicyRow | undefined> =>
  db
    .selectFrom('choicePolicy')
    .selectAll()
    .where('sellerId', sellerId === null ? 'is' : '=', sellerId)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst()

export type NewChoicePolicy = {
  sellerId: string | null
  weights: Partial<Weights>
  carriers: CarrierId[] | null
  maxPriceMinor: number | null
}

/** Another version: those before are kept, and lists that were frozen stay as they are. */
export async function putChoicePolicy(
  trx: Transaction<Database>,
  { sellerId, weights, carriers, maxPriceMinor }: NewChoicePolicy,
  actor: Actor,
): Promise<ChoicePolicyRow> {
  const key = `choice-policy:${sellerId ?? ''}`
  // One after the other, so that each has a number of its own.
  await sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`.execute(trx)
  const before = await findOwnChoicePolicy(trx, sellerId)
  const row = await trx
    .insertInto('choicePolicy')
    .values({
      ...{ sellerId, carriers, maxPriceMinor, weights: JSON.stringify(weights) },
      version: (before?.version ?? 0) + 1,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  const subject = sellerId === null ? 'marketplace:delivery-choice' : `seller:${sellerId}`
  const data = { version: row.version, weights, carriers, maxPriceMinor }
  await appendAudit(trx, { sellerId, actor, action: 'delivery-choice.changed', subject, data })
  return row
}
