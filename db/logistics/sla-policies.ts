import { sql, type Kysely, type Selectable, type Transaction } from 'kysely'
import type { OwnTerms } from '../../domain/logistics/sla.ts'
import { appendAudit, type Actor } from '../audit.ts'
import type { Database } from '../database.ts'

export type SlaPolicyRow = Selectable<Database['slaPolicy']>

/** The newest version of a seller's own. */
export const findOwnSlaPolicy = (
  db: Kysely<Database>,
  sellerId: string,
  tariff: string,
): Promise<SlaPolicyRow | undefined> =>
  db
    .selectFrom('slaPolicy')
    .selectAll()
    .where('sellerId', '=', sellerId)
    .where('tariff', '=', tariff)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst()

/** Another version: those before are kept, and deliveries keep theirs. */
export async function putOwnSlaPolicy(
  trx: Transaction<Database>,
  { sellerId, tariff, terms, actor }: NewSlaPolicy,
): Promise<SlaPolicyRow> {
  // One after the other, so that each has a number of its own.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`sla-policy:${sellerId}`}, 0))`.execute(
    trx,
  )
  const before = await findOwnSlaPolicy(trx, sellerId, tariff)
  const row = await trx
    .insertInto('slaPolicy')
    .values({
      ...{ sellerId, tariff, terms: JSON.stringify(terms) },
      version: (before?.version ?? 0) + 1,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  const data = { tariff, version: row.version }
  const subject = `seller:${sellerId}`
  await appendAudit(trx, { sellerId, actor, action: 'sla-policy.changed', subject, data })
  return row
}
export type NewSlaPolicy = {
  sellerId: string
  tariff: string
  terms: OwnTerms
  actor: Actor
}
