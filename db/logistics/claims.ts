import { sql, type Transaction } from 'kysely'
import type { Database } from '../database.ts'
import type { AttemptRow } from './attempts.ts'

type Trx = Transaction<Database>

/**
 * What its carrier owes stands among the costs, below nothing, until it is settled. When it becomes another sum it is to be settled
 * again, and what was paid of it stays; what turned out not to be owed is settled. Repeated it writes nothing.
 */
export async function claimFromCarrier(
  trx: Trx,
  attempt: AttemptRow,
  claimMinor: number,
): Promise<void> {
  const { id: attemptId, shipmentId, sellerId, currency } = attempt
  const known = await trx
    .selectFrom('costEntry')
    .select('expectedMinor')
    .where('attemptId', '=', attemptId)
    .where('kind', '=', 'claim')
    .executeTakeFirst()
  const expectedMinor = 0 - claimMinor
  if (Number(known?.expectedMinor ?? 0) === expectedMinor) return
  await noteInTask(trx, attempt, claimMinor)
  if (claimMinor > 0)
    await trx
      .insertInto('costEntry')
      .values({ shipmentId, attemptId, sellerId, kind: 'claim', expectedMinor, currency })
      .onConflict((conflict) =>
        conflict.columns(['attemptId', 'kind']).doUpdateSet({
          expectedMinor,
          actualMinor: sql`nullif(cost_entry.actual_minor, 0)`,
          settledAt: null,
        }),
      )
      .execute()
  else
    await trx
      .updateTable('costEntry')
      .set({
        expectedMinor,
        actualMinor: sql`coalesce(actual_minor, 0)`,
        settledAt: sql`coalesce(settled_at, now())`,
      })
      .where('attemptId', '=', attemptId)
      .where('kind', '=', 'claim')
      .execute()
}

/** Whoever is to claim it reads how much. */
async function noteInTask(
  trx: Trx,
  { shipmentId, currency }: AttemptRow,
  claimMinor: number,
): Promise<void> {
  const claim = claimMinor > 0 ? { claim: { amount: claimMinor, currency } } : {}
  await trx
    .updateTable('humanTask')
    .set({ details: sql`(details - 'claim'::text) || ${JSON.stringify(claim)}::jsonb` })
    .where('shipmentId', '=', shipmentId)
    .where('kind', '=', 'not-delivered')
    .where('state', '=', 'open')
    .execute()
}
