import { sql, type Transaction } from 'kysely'
import type { Outcome } from '../../domain/logistics/reliability.ts'
import { HOUR_MS } from '../../domain/logistics/zone.ts'
import type { Database } from '../database.ts'
import { findArrival, findPromised } from './arrival.ts'
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

async function outcomeOf(trx: Trx, { status }: ShipmentRow, attempt: AttemptRow): Promise<Outcome> {
  const promised = await findPromised(trx, attempt)
  const { atMs: at } = await findArrival(trx, attempt)
  if (!promised || at === undefined || status === 'lost') return { what: 'failed' }
  return {
    what: 'delivered',
    isOnTime: at <= Date.parse(promised.latest),
    delayHours: (at - Date.parse(promised.advertisedLatest)) / HOUR_MS,
  }
}
