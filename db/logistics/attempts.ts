import { sql, type Kysely, type Selectable, type Transaction } from 'kysely'
import type { AttemptState, GivenUpFor } from '../../contracts/logistics.ts'
import type { Database } from '../database.ts'
import { lockShipment, type ShipmentRow } from './shipments.ts'

export type AttemptRow = Selectable<Database['bookingAttempt']>
type Trx = Transaction<Database>

/** Live at its carrier, or maybe so: the states of the index `booking_attempt_live`. */
export const LIVE: readonly AttemptState[] = ['asked', 'pending', 'booked', 'unknown', 'cancelling']

export const getAttempt = (db: Kysely<Database>, id: string): Promise<AttemptRow> =>
  db.selectFrom('bookingAttempt').selectAll().where('id', '=', id).executeTakeFirstOrThrow()

export type Locked = { shipment: ShipmentRow; attempt: AttemptRow }

/** The attempt under its shipment's lock. */
export async function lockAttempt(trx: Trx, id: string): Promise<Locked> {
  const { shipmentId } = await trx
    .selectFrom('bookingAttempt')
    .select('shipmentId')
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  const shipment = await lockShipment(trx, shipmentId)
  return { shipment: shipment!, attempt: await getAttempt(trx, id) }
}

export type NewAttempt = Pick<
  AttemptRow,
  | 'id'
  | 'shipmentId'
  | 'sellerId'
  | 'number'
  | 'carrier'
  | 'service'
  | 'mode'
  | 'accountId'
  | 'priceMinor'
  | 'currency'
  | 'readyAt'
  | 'pointCode'
  | 'pointKind'
> & { quote: object }

/** ASCII, unique for ever, and short enough for every carrier: 32 hexadecimal digits and the number. */
export const referenceOf = ({ shipmentId, number }: { shipmentId: string; number: number }) =>
  `${shipmentId.replaceAll('-', '')}-${number}`

/**
 * The row of an attempt, as it must be on disk before its carrier is asked.
 * @returns how often it had been asked before
 * @throws unique_violation of `booking_attempt_live` when the shipment has another one that is live
 */
export async function ensureAttempt(
  db: Kysely<Database>,
  attempt: NewAttempt,
): Promise<{ attempt: AttemptRow; asked: number }> {
  const row = await db
    .insertInto('bookingAttempt')
    .values({
      ...attempt,
      quote: JSON.stringify(attempt.quote),
      reference: referenceOf(attempt),
      calls: 1,
    })
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet({ calls: sql`booking_attempt.calls + 1` }),
    )
    .returningAll()
    .executeTakeFirstOrThrow()
  return { attempt: row, asked: row.calls - 1 }
}

/** Its carrier is about to be asked. */
export const noteAsked = (db: Kysely<Database>, id: string) =>
  db
    .updateTable('bookingAttempt')
    .set({ askedAt: sql`clock_timestamp()` })
    .where('id', '=', id)
    .execute()

export type AttemptMove = {
  to: AttemptState
  /** It moves only from one of these. */
  from: readonly AttemptState[]
  carrierRef?: string | undefined
  reasonCode?: string | undefined
  givenUpFor?: GivenUpFor | undefined
}

/** @returns `undefined` when it stood in none of the states that it moves from */
export const moveAttempt = (
  db: Kysely<Database>,
  id: string,
  { to, from, carrierRef, reasonCode, givenUpFor }: AttemptMove,
): Promise<AttemptRow | undefined> =>
  db
    .updateTable('bookingAttempt')
    .set({
      state: to,
      ...(carrierRef !== undefined && { carrierRef }),
      ...(reasonCode !== undefined && { reasonCode }),
      ...(givenUpFor !== undefined && { givenUpFor }),
      ...(!LIVE.includes(to) && { settledAt: sql`now()`, nextPollAt: null }),
    })
    .where('id', '=', id)
    .where('state', 'in', from)
    .returningAll()
    .executeTakeFirst()

/** Carriers and services that were given up for this shipment, and why. */
export const listGivenUp = (db: Kysely<Database>, shipmentId: string) =>
  db
    .selectFrom('bookingAttempt')
    .select(['carrier', 'service', 'givenUpFor', 'pointCode'])
    .where('shipmentId', '=', shipmentId)
    .where('givenUpFor', 'is not', null)
    .execute()
