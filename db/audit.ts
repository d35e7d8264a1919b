import type { Kysely } from 'kysely'
import type { Database } from './database.ts'

/** Who did it. */
export type Actor = `key:${string}` | `workflow:${string}` | 'system'

export type NewAuditEntry = {
  /** `null` for what concerns no seller. */
  sellerId: string | null
  actor: Actor
  /** `order.created`, `order.status_changed`, … */
  action: string
  /** What it was done to: `order:<id>`. */
  subject: string
  /** Without personal data: an entry outlives the person. */
  data: object
}

/** Belongs in the transaction that did it. */
export const appendAudit = (trx: Kysely<Database>, { data, ...entry }: NewAuditEntry) =>
  trx
    .insertInto('auditEntry')
    .values({ ...entry, data: JSON.stringify(data) })
    .execute()

/** What was done to one thing, the oldest first. */
export const listAudit = (db: Kysely<Database>, subject: string) =>
  db.selectFrom('auditEntry').selectAll().where('subject', '=', subject).orderBy('id').execute()
