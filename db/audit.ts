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

export type AuditFilter = {
  actor?: string | undefined
  subject?: string | undefined
  /** Instants as ISO 8601; `to` is not included. */
  from?: string | undefined
  to?: string | undefined
  /** The id of the last entry of the page before. */
  beforeId?: string | undefined
  limit: number
}

/** Of everybody, the newest first; as role `system`. */
export const listAuditEntries = (
  db: Kysely<Database>,
  { actor, subject, from, to, beforeId, limit }: AuditFilter,
) =>
  db
    .selectFrom('auditEntry')
    .selectAll()
    .$if(actor !== undefined, (query) => query.where('actor', '=', actor!))
    .$if(subject !== undefined, (query) => query.where('subject', '=', subject!))
    .$if(from !== undefined, (query) => query.where('occurredAt', '>=', new Date(from!)))
    .$if(to !== undefined, (query) => query.where('occurredAt', '<', new Date(to!)))
    .$if(beforeId !== undefined, (query) => query.where('id', '<', beforeId!))
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()

/** What was done to one thing, the oldest first. */
export const listAudit = (db: Kysely<Database>, subject: string) =>
  db.selectFrom('auditEntry').selectAll().where('subject', '=', subject).orderBy('id').execute()
