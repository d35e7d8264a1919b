import { sql, type Kysely } from 'kysely'
import type { Database } from '../database.ts'
import { LIVE } from './attempts.ts'

/** Something was heard of it: it is asked for now, also where nobody asked any more. What is settled is its watch's. */
export const makeDue = (db: Kysely<Database>, attemptId: string) =>
  db
    .updateTable('bookingAttempt')
    .set({ quietPolls: 0, nextPollAt: sql`clock_timestamp()` })
    .where('id', '=', attemptId)
    .where('state', 'in', LIVE)
    .execute()
