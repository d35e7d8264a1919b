import { sql, type Transaction } from 'kysely'
import type { AttemptState, GivenUpFor } from '../../contracts/logistics.ts'
import type { Database } from '../database.ts'
import { lockAttempt, moveAttempt, type AttemptRow } from './attempts.ts'
import { tellOfDelivery, type Telling } from './delivery-events.ts'
import { addOutcome } from './lane-stats.ts'
import { findPointPlace } from './pickup-points.ts'
import { changeShipment, markTold, type ShipmentRow } from './shipments.ts'
import { closeTasks } from './tasks.ts'

type Trx = Transaction<Database>

export type Booked = {
  carrierRef: string
  trackingNumber: string
  /** Where its carrier sends it instead of the point that was asked for. */
  pointCode?: string | undefined
  /** Where it may stand before: `cancelling` only for what turned out not to be cancellable. */
  from: readonly AttemptState[]
}

/**
 * The carrier has it: the shipment is this attempt's from here on, with its event, its expected cost and its first poll.
 * Booked before, or given up meanwhile, all is as it was.
 * @returns `failedOverMs`: how long ago the carrier before was given up
 */
export async function recordBooked(
  trx: Trx,
  attemptId: string,
  { carrierRef, trackingNumber, pointCode, from }: Booked,
  telling: Telling,
): Promise<{ failedOverMs?: number }> {
  const { shipment, attempt } = await lockAttempt(trx, attemptId)
  if (!from.includes(attempt.state)) return {}
  const elsewhere = pointCode === undefined ? undefined : await pointOf(trx, attempt, pointCode)
  const booked = await trx
    .updateTable('bookingAttempt')
    .set({
      ...{ state: 'booked', carrierRef, trackingNumber, givenUpFor: null, settledAt: null },
      ...elsewhere,
      status: sql`coalesce(status, 'booked')`,
      statusAt: sql`coalesce(status_at, clock_timestamp())`,
      bookedAt: sql`coalesce(booked_at, clock_timestamp())`,
      nextPollAt: sql`clock_timestamp()`,
    })
    .where('id', '=', attemptId)
    .returningAll()
    .executeTakeFirstOrThrow()
  await closeTasks(trx, attemptId, { resolution: 'booked', closedBy: telling.actor })
  if (shipment.liveAttemptId === attemptId) return {}

  const { carrier, service } = booked
  const live = await changeShipment(trx, shipment.id, {
    ...{ phase: 'booked', liveAttemptId: attemptId, carrier, service, trackingNumber },
    ...{ status: 'booked', statusAt: booked.statusAt, bookedAt: booked.bookedAt },
    ...{ reason: null, rawCode: null, eta: null, storedUntil: null },
    ...(elsewhere && { ...elsewhere, pointCarrier: carrier }),
  })
  // Its workflow learns of it by the answer to its step.
  await markTold(trx, live.id, live.version)
  await trx
    .insertInto('costEntry')
    .values({
      ...{ shipmentId: shipment.id, attemptId, sellerId: shipment.sellerId, kind: 'delivery' },
      ...{ expectedMinor: booked.priceMinor, currency: booked.currency },
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  await addOutcome(trx, await laneOf(trx, booked, shipment), { what: 'booked' })
  const before = await previous(trx, booked)
  if (before)
    await tellOfDelivery(
      trx,
      live,
      { type: 'delivery.failed_over', from: before.carrier, why: before.givenUpFor! },
      telling,
    )
  const told = { trackingNumber, ...(pointCode !== undefined && { pointCode }) }
  await tellOfDelivery(trx, live, { type: 'delivery.booked', ...told }, telling)
  return before?.settledAt ? { failedOverMs: Date.now() - before.settledAt.getTime() } : {}
}

/** One that we have not read of yet is thought to be of the kind that was asked for. */
export async function pointOf(trx: Trx, { carrier, pointKind }: AttemptRow, pointCode: string) {
  const known = await findPointPlace(trx, { carrier, code: pointCode })
  return { pointCode, pointKind: known?.kind ?? pointKind }
}

export type Gone = {
  to: 'rejected' | 'absent' | 'cancelled'
  from: readonly AttemptState[]
  why: GivenUpFor
  /** Whose it is that nothing came of it: a carrier is known by its own. */
  fault: 'carrier' | 'ours' | 'none'
  reasonCode?: string | undefined
}

/** The carrier certainly has no such booking: the shipment may be booked elsewhere. */
export async function recordGone(
  trx: Trx,
  attemptId: string,
  { to, from, why, fault, reasonCode }: Gone,
  telling: Telling,
): Promise<AttemptRow> {
  const { shipment, attempt } = await lockAttempt(trx, attemptId)
  const gone = await moveAttempt(trx, attemptId, {
    ...{ to, from, reasonCode },
    givenUpFor: attempt.givenUpFor ?? why,
  })
  if (!gone) return attempt
  await closeTasks(trx, attemptId, { resolution: to, closedBy: telling.actor })
  if (fault === 'carrier')
    await addOutcome(trx, await laneOf(trx, gone, shipment), { what: 'refused' })
  await trx
    .updateTable('costEntry')
    .set({ actualMinor: 0, settledAt: sql`now()` })
    .where('attemptId', '=', attemptId)
    .execute()
  const isFailover = gone.givenUpFor !== 'cancelled' && gone.givenUpFor !== 'new-point'
  await trx
    .updateTable('shipment')
    .set({
      ...(shipment.liveAttemptId === attemptId && {
        ...{ phase: 'planning', liveAttemptId: null, carrier: null, service: null },
        ...{ trackingNumber: null, status: null, statusAt: null, reason: null, rawCode: null },
        ...{ eta: null, storedUntil: null },
      }),
      ...(isFailover && { failovers: sql`failovers + 1` }),
      updatedAt: sql`clock_timestamp()`,
    })
    .where('id', '=', shipment.id)
    .execute()
  return gone
}

/** Between which cities an attempt was to carry. */
export async function laneOf(
  trx: Trx,
  { carrier, service, mode }: AttemptRow,
  { warehouseId, cityId }: ShipmentRow,
) {
  const { cityId: fromCity } = await trx
    .selectFrom('warehouse')
    .select('cityId')
    .where('id', '=', warehouseId)
    .executeTakeFirstOrThrow()
  return { carrier, service, mode, fromCity, toCity: cityId }
}

/** Which carrier an attempt steps in for, if it does; who stepped in for others was told when it did. */
const previous = (trx: Trx, { shipmentId, number }: AttemptRow) =>
  trx
    .selectFrom('bookingAttempt')
    .select(['carrier', 'givenUpFor', 'settledAt'])
    .where('shipmentId', '=', shipmentId)
    .where('number', '<', number)
    .where('givenUpFor', 'is not', null)
    .where('givenUpFor', 'not in', ['cancelled', 'new-point'])
    .where('number', '>', ({ selectFrom, fn }) =>
      selectFrom('bookingAttempt as kept')
        .select(({ ref }) => fn.coalesce(fn.max(ref('kept.number')), sql.lit(0)).as('number'))
        .where('kept.shipmentId', '=', shipmentId)
        .where('kept.number', '<', number)
        .where('kept.givenUpFor', 'in', ['cancelled', 'new-point'])
        .where('kept.bookedAt', 'is not', null),
    )
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst()
