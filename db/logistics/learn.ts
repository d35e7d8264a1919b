import { sql, type Transaction } from 'kysely'
import type { Promised } from '../../domain/logistics/promise.ts'
import type { Outcome } from '../../domain/logistics/reliability.ts'
import { HOUR_MS } from '../../domain/logistics/zone.ts'
import type { Database } from '../database.ts'
import type { AttemptRow } from './attempts.ts'
import { addOutcome } from './lane-stats.ts'
import { laneOf } from './record-booking.ts'
import type { ShipmentRow } from './shipments.ts'

type Trx = Transaction<Database>

/** What the lane's record is told when a delivery ends, each delivery once. */
export async function learn(trx: Trx, shipment: ShipmentRow, attempt: AttemptRow): Promise<void> {
  const { numUpdatedRows } = await trx
    .updateTable('bookingAttempt')
    .set({ learnedAt: sql`now()` })
    .where('id', '=', attempt.id)
    .where('learnedAt', 'is', null)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) return
  await addOutcome(
    trx,
    await laneOf(trx, attempt, shipment),
    await outcomeOf(trx, shipment, attempt),
  )
}

/** Against what was frozen of the service that carried it: the buyer may have been promised another one's time. */
async function outcomeOf(trx: Trx, { status }: ShipmentRow, attempt: AttemptRow): Promise<Outcome> {
  const promised = await findPromised(trx, attempt)
  const arrivedAt = await findArrival(trx, attempt, status === 'delivered')
  if (!promised || !arrivedAt || status === 'lost') return { what: 'failed' }
  const at = arrivedAt.getTime()
  return {
    what: 'delivered',
    isOnTime: at <= Date.parse(promised.latest),
    delayHours: (at - Date.parse(promised.advertisedLatest)) / HOUR_MS,
  }
}

/** At a point it has arrived when it waits there: when the buyer comes, or whether, is not its carrier's doing. */
async function findArrival(
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

async function findPromised(
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
