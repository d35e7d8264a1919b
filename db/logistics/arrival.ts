import type { Transaction } from 'kysely'
import type { Promised } from '../../domain/logistics/promise.ts'
import type { Database } from '../database.ts'
import type { AttemptRow } from './attempts.ts'

type Trx = Transaction<Database>

/** At a point it has arrived when it waits there: when the buyer comes, or whether, is not its carrier's doing. */
export async function findArrival(
  trx: Trx,
  { id, mode, statusAt }: AttemptRow,
  isDelivered: boolean,
): Promise<Date | null> {
  const ready = mode.endsWith('point')
    ? await trx
        .selectFrom('trackingEvent')
        .select('occurredAt')
        .where('attemptId', '=', id)
        .where('status', '=', 'ready-for-pickup')
        .where('revokedAt', 'is', null)
        .orderBy('occurredAt')
        .limit(1)
        .executeTakeFirst()
    : undefined
  return ready?.occurredAt ?? (isDelivered ? statusAt : null)
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
