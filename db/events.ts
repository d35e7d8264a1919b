import { sql, type Kysely, type Selectable } from 'kysely'
import type { Database } from './database.ts'

export type Event = Selectable<Database['event']>

export type NewEvent = {
  /** `null` for what concerns no seller. */
  sellerId: string | null
  /** `import.requested`, `import.completed`, … */
  type: string
  /** What it is about: `import:<id>`. */
  subject: string
  data: object
  traceParent: string | null
}

/** Belongs in the transaction that made the fact. */
export const appendEvent = (trx: Kysely<Database>, { data, ...event }: NewEvent) =>
  trx
    .insertInto('event')
    .values({ ...event, data: JSON.stringify(data) })
    .execute()

/**
 * The oldest events that are still to be relayed. They are found by their own mark, not by an id greater than the last
 * one: what commits late has a smaller id than what was seen before.
 */
export const listEventsToRelay = (db: Kysely<Database>, limit: number): Promise<Event[]> =>
  db
    .selectFrom('event')
    .selectAll()
    .where('relayedAt', 'is', null)
    .orderBy('id')
    .limit(limit)
    .execute()

export const markRelayed = (db: Kysely<Database>, ids: readonly string[]) =>
  db
    .updateTable('event')
    .set({ relayedAt: sql`now()` })
    .where('id', 'in', ids)
    .execute()
