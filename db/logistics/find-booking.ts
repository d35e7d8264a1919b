import type { Kysely } from 'kysely'
import type { CarrierId } from '../../contracts/logistics.ts'
import type { Database } from '../database.ts'
import type { AttemptRow } from './attempts.ts'

export type ToldBooking = {
  /** Ours, where the carrier tells it. */
  reference?: string
  carrierId: string
  /** Of another order of the carrier's that it belongs to. */
  relatedId?: string
}

/** The attempt of which a carrier speaks, at one contract. */
export const findBooking = (
  db: Kysely<Database>,
  { accountId, carrier }: { accountId: string; carrier: { id: CarrierId } },
  { reference, carrierId, relatedId }: ToldBooking,
): Promise<AttemptRow | undefined> =>
  db
    .selectFrom('bookingAttempt')
    .selectAll()
    .where('accountId', '=', accountId)
    .where('carrier', '=', carrier.id)
    .where((where) =>
      where.or([
        where('carrierRef', 'in', [carrierId, ...(relatedId === undefined ? [] : [relatedId])]),
        ...(reference === undefined ? [] : [where('reference', '=', reference)]),
      ]),
    )
    .executeTakeFirst()
