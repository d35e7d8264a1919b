import type { Transaction } from 'kysely'
import { arrivalOf, type Arrival } from '../../domain/logistics/arrival.ts'
import type { Promised } from '../../domain/logistics/promise.ts'
import type { Database } from '../database.ts'
import type { AttemptRow } from './attempts.ts'

type Trx = Transaction<Database>

/** By all of its carrier's events that stand, see {@link arrivalOf}. */
export async function findArrival(
  trx: Trx,
  { id, status, statusAt }: Pick<AttemptRow, 'id' | 'status' | 'statusAt'>,
): Promise<Arrival> {
  const events = await trx
    .selectFrom('trackingEvent')
    .select(['status', 'reason', 'occurredAt'])
    .where('attemptId', '=', id)
    .where('status', 'in', ['ready-for-pickup', 'attempt-failed', 'exception'])
    .where('revokedAt', 'is', null)
    .execute()
  return arrivalOf(
    events.map(({ occurredAt, ...event }) => ({ ...event, atMs: occurredAt.getTime() })),
    status === 'delivered' ? statusAt?.getTime() : undefined,
  )
}

/** What was frozen of the service that carried it: the buyer may have been promised another one's time. */
export async function findPromised(
  trx: Trx,
  { id, shipmentId, carrier, service, mode }: AttemptRow,
): Promise<Promised | undefined> {
  const plans = await trx
    .selectFrom('deliveryQuote')
    .select('ranked')
    .where('shipmentId', '=', shipmentId)
    .where('createdAt', '<=', ({ selectFrom }) =>
      selectFrom('bookingAttempt as booked').select('booked.createdAt').where('booked.id', '=', id),
    )
    .orderBy('round', 'desc')
    .execute()
  return plans
    .flatMap(({ ranked }) => ranked)
    .find((one) => one.carrier === carrier && one.service === service && one.mode === mode)
    ?.promised
}
