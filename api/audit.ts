import { AsyncLocalStorage } from 'node:async_hooks'
import type { Transaction } from 'kysely'
import { appendAudit, type NewAuditEntry } from '../db/audit.ts'
import type { Database } from '../db/database.ts'

type KeyInUse = { keyId: string; sellerId: string | null }

const inUse = new AsyncLocalStorage<KeyInUse>()

/** Who shows a key is the actor of all that the request writes. */
export const actingWith = <T>(key: KeyInUse, work: () => Promise<T>): Promise<T> =>
  inUse.run(key, work)

export type Deed = Pick<NewAuditEntry, 'action' | 'subject'> & Partial<Pick<NewAuditEntry, 'data'>>

/**
 * Says in the transaction of a write what is done, to what, and by whose key. Of a write that is done by Temporal alone it
 * says what was asked for, before it is.
 * @throws {Error} outside of a request that showed a key
 */
export function audit(
  trx: Transaction<Database>,
  { action, subject, data = {} }: Deed,
): Promise<unknown> {
  const key = inUse.getStore()
  if (!key) throw new Error(`Nobody’s key is in use: ${action} of ${subject}`)
  return appendAudit(trx, {
    ...{ sellerId: key.sellerId, actor: `key:${key.keyId}`, action, subject, data },
  })
}
