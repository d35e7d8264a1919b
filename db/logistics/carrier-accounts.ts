import { sql, type Kysely, type Selectable, type Transaction } from 'kysely'
import type { CarrierId } from '../../contracts/logistics.ts'
import { appendAudit, type Actor } from '../audit.ts'
import type { Database } from '../database.ts'
import { appendEvent } from '../events.ts'

export type CarrierAccountRow = Selectable<Database['carrierAccount']>

export type ToldAccount = {
  /** Of a new one; one that is there keeps its own. */
  id: string
  /** `null`: the marketplace's. */
  sellerId: string | null
  carrier: CarrierId
  clientId: string
  customerId: string | null
  /** JSON; they stay as they are unless told. */
  settings?: string
  enabled: boolean
  /** Where its carrier serves contracts now. */
  baseUrl: string
  /** Seals what is to be kept of it; `kept` is the webhook key that it has already. */
  seal(account: {
    id: string
    kept: string | null
  }): Pick<CarrierAccountRow, 'sealedSecret' | 'sealedWebhookKey'>
}

export const findAccount = (
  trx: Kysely<Database>,
  sellerId: string | null,
  carrier: CarrierId,
): Promise<CarrierAccountRow | undefined> =>
  trx
    .selectFrom('carrierAccount')
    .selectAll()
    .where('sellerId', sellerId === null ? 'is' : '=', sellerId)
    .where('carrier', '=', carrier)
    .executeTakeFirst()

/** A contract with a carrier as it is told; a seller's own goes before the marketplace's. */
export async function putAccount(
  trx: Transaction<Database>,
  { id: newId, sellerId, carrier, seal, ...told }: ToldAccount,
  { actor, traceParent }: { actor: Actor; traceParent: string | null },
): Promise<CarrierAccountRow> {
  const before = await findAccount(trx, sellerId, carrier)
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

/** Contracts of which news are wanted: those that take bookings, and those that still have some to be followed. */
export const listPolledAccounts = (db: Kysely<Database>) =>
  db
    .selectFrom('carrierAccount')
    .select(['id as accountId', 'carrier'])
    .where(({ or, eb, exists, selectFrom }) =>
      or([
        eb('enabled', '=', true),
        exists(
          selectFrom('bookingAttempt')
            .select('bookingAttempt.id')
            .whereRef('bookingAttempt.accountId', '=', 'carrierAccount.id')
            .where('nextPollAt', 'is not', null),
        ),
      ]),
    )
    .execute()
