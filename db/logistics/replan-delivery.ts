import { sql, type Transaction } from 'kysely'
import type { TransitTime, Way } from '../../domain/logistics/promise.ts'
import { reliabilityAmong } from '../../domain/logistics/reliability.ts'
import { isAwaited, replan, type ReplanReason } from '../../domain/logistics/replan.ts'
import { isEnd } from '../../domain/logistics/tracking-status.ts'
import { HOUR_MS } from '../../domain/logistics/zone.ts'
import type { Database } from '../database.ts'
import { getAttempt, type AttemptRow } from './attempts.ts'
import { tellOfDelivery, type Telling } from './delivery-events.ts'
import { destinationOfShipment } from './destination.ts'
import { listRecords } from './lane-stats.ts'
import { laneOf } from './record-booking.ts'
import { findCalendars } from './rules.ts'
import type { ShipmentRow } from './shipments.ts'

type Trx = Transaction<Database>

/** `reason`: what its carrier says, in our words. */
export type ReplanAsked = { why: ReplanReason; reason?: string | undefined }

/**
 * Another day for the buyer of a parcel that its carrier has; the promise stays as it was. Told when the day is another one than was
 * told before, or the point is, which is told wherever the parcel is while its buyer may still get it. Under the shipment's lock.
 * @returns whether there was anything to tell
 */
export async function replanDelivery(
  trx: Trx,
  shipment: ShipmentRow,
  { why, reason }: ReplanAsked,
  telling: Telling,
): Promise<boolean> {
  const { promiseLatest, status, expectedBy, pointCode } = shipment
  if (!promiseLatest || !status || isEnd(status) || status === 'returning') return false
  const expectedMs = await expectedAnew(trx, shipment, why)
  if (expectedMs === undefined && why !== 'other-point') return false
  const expected = expectedMs === undefined ? expectedBy : new Date(expectedMs)
  const replanned = await trx
    .updateTable('shipment')
    .set({
      ...{ expectedBy: expected, replannedWhy: why },
      ...{ replannedAt: sql`clock_timestamp()`, updatedAt: sql`clock_timestamp()` },
    })
    .where('id', '=', shipment.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  const expectedAt = (expected ?? promiseLatest).toISOString()
  await tellOfDelivery(
    trx,
    replanned,
    {
      ...{ type: 'delivery.replanned', promisedAt: promiseLatest.toISOString(), expectedAt, why },
      ...(reason !== undefined && { reason }),
      ...(why === 'other-point' && pointCode !== null && { pointCode }),
    },
    telling,
  )
  return true
}

async function expectedAnew(
  trx: Trx,
  shipment: ShipmentRow,
  why: ReplanReason,
): Promise<number | undefined> {
  const { promiseLatest, handedOverAt, liveAttemptId, status, expectedBy, eta } = shipment
  if (!promiseLatest || !handedOverAt || !liveAttemptId || !status || !isAwaited(status))
    return undefined
  return replan({
    ...{ why, status, nowMs: Date.now(), promiseLatestMs: promiseLatest.getTime() },
    ...{ previousMs: expectedBy?.getTime(), etaMs: eta?.getTime() },
    leftMs: handedOverAt.getTime(),
    way: await wayOf(trx, shipment, await getAttempt(trx, liveAttemptId)),
  })
}

export async function wayOf(trx: Trx, shipment: ShipmentRow, attempt: AttemptRow): Promise<Way> {
  const lane = await laneOf(trx, attempt, shipment)
  const reliability = reliabilityAmong(await listRecords(trx, lane), attempt)
  const calendars = await findCalendars(trx, 'RU')
  return {
    carrier: calendars.carrier(attempt.carrier, attempt.service),
    working: calendars.working,
    transit: (attempt.quote as { transit: TransitTime }).transit,
    destination: await destinationOfShipment(trx, shipment),
    bufferMs: reliability.delayP90Hours * HOUR_MS,
  }
}
