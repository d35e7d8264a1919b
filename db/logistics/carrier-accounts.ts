import { sql, type Kysely, type Selectable, type Transaction } from 'kysely'
import type { CarrierId } from '../../contracts/logistics.ts'
import { appendAudit, type Actor } from '../audit.ts'
import type { Database } from '../database.ts'
import { appendEvent } from '../events.ts'

export type CarrierAccountRow = Selectable<Database['carrierAccount']>

export type ToldAccount = {
  /** Of a new one; one that is there keeps its own. */
  id: string
  sellerId: string
  carrier: CarrierId
  clientId: string
  customerId: string | null
  enabled: boolean
  /** Where its carrier serves contracts now. */
  baseUrl: string
  /** Seals what is to be kept of it; `kept` is the webhook key that it has already. */
  seal(account: {
    id: string
    kept: string | null
  }): Pick<CarrierAccountRow, 'sealedSecret' | 'sealedWebhookKey'>
}

export const findOwnAccount = (
  trx: Kysely<Database>,
  sellerId: string,
  carrier: CarrierId,
): Promise<CarrierAccountRow | undefined> =>
  trx
    .selectFrom('carrierAccount')
    .selectAll()
    .where('sellerId', '=', sellerId)
    .where('carrier', '=', carrier)
    .executeTakeFirst()

/** The seller's own contract with a carrier, as it is told: it goes before the marketplace's. */
export async function putOwnAccount(
  trx: Transaction<Database>,
  { id: newId, sellerId, carrier, seal, ...told }: ToldAccount,
  { actor, traceParent }: { actor: Actor; traceParent: string | null },
): Promise<CarrierAccountRow> {
  const before = await findOwnAccount(trx, sellerId, carrier)
  const id = before?.id ?? newId
  const set = { ...told, ...seal({ id, kept: before?.sealedWebhookKey ?? null }) }
  const row = before
    ? await trx
        .updateTable('carrierAccount')
        .set({ ...set, updatedAt: sql`clock_timestamp()` })
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirstOrThrow()
    : await trx
        .insertInto('carrierAccount')
        .values({ ...set, id, sellerId, carrier })
        .returningAll()
        .executeTakeFirstOrThrow()
  const subject = `carrier-account:${id}`
  const data = { accountId: id, carrier, enabled: row.enabled }
  await appendEvent(trx, { sellerId, type: 'carrier-account.changed', subject, data, traceParent })
  await appendAudit(trx, { sellerId, actor, action: 'carrier-account.changed', subject, data })
  return row
}
