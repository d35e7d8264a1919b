import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database } from './database.ts'

/**
 * A transaction that sees and writes one seller's rows only; `db` is connected as the role `seller`.
 * The seller is set for the transaction alone: a pooled connection carries nothing over.
 */
export const asSeller = <T>(
  db: Kysely<Database>,
  sellerId: string,
  work: (trx: Transaction<Database>) => Promise<T>,
): Promise<T> =>
  db.transaction().execute(async (trx) => {
    await becomeSeller(trx, sellerId)
    return work(trx)
  })

/** From here on the transaction, begun as the role `seller`, sees and writes the rows of this seller only. */
export const becomeSeller = (trx: Transaction<Database>, sellerId: string) =>
  sql`select set_config('yarmarka.seller_id', ${sellerId}, true)`.execute(trx)

/** Changes and events that this transaction makes will point back at the trace that made them. */
export const inTrace = async (trx: Kysely<Database>, traceParent: string | null | undefined) => {
  if (traceParent)
    await sql`select set_config('yarmarka.trace_parent', ${traceParent}, true)`.execute(trx)
}
