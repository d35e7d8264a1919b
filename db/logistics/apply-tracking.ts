import { sql, type Transaction } from 'kysely'
import type { TrackingChange, TrackingStatus } from '../../contracts/logistics.ts'
import {
  handedOverAt,
  isEnd,
  phaseOf,
  projectStatus,
} from '../../domain/logistics/tracking-status.ts'
import type { Database } from '../database.ts'
import type { Money } from '../../domain/logistics/parcel.ts'
import { moveOrder } from '../orders/move-order.ts'
import { askCarrier, closeAnswered } from './ask-carrier.ts'
import { lockAttempt, type AttemptRow, type Locked } from './attempts.ts'
import { tellOfDelivery, type Telling } from './delivery-events.ts'
import { etaOf } from './destination.ts'
import { followUp, type FollowedUp } from './follow-up.ts'
import { learn } from './learn.ts'
import { changeShipment, type ShipmentRow } from './shipments.ts'
import { ensureTask } from './tasks.ts'

type Trx = Transaction<Database>

/** As its carrier's adapter gives it. */
export type ToldTracking = {
  events: readonly {
    occurredAt: string
    status: TrackingStatus
    reason?: string
    rawCode: string
    isUnknownCode?: true
    place?: string
    key: string
    isRevoked?: true
    needsPlan?: true
  }[]
  /** An instant, or a day on the calendar of where it goes. */
  eta?: string
  storedUntil?: string
  /** Where its carrier brings it. */
  pointCode?: string
  finalPrice?: { amount: number; currency: string }
}

export type Applied = FollowedUp & {
  /** Something was told that was not known. */
  isNews: boolean
  /** What the shipment's workflow must hear; nothing while it is told of a loser. */
  change?: TrackingChange
  /** A booking that was settled has come to life. */
  hasWoken: boolean
  unknownCodes: string[]
  /** What only a person can do something about, by its reason. */
  problems: string[]
  attempt: AttemptRow
}

/**
 * Keeps what was told, each event once, and moves the shipment to where it stands by all that is known. Events of a loser are
 * kept and move nothing. As often as one likes, and in any order.
 */
export async function applyTracking(
  trx: Trx,
  attemptId: string,
  told: ToldTracking,
  source: 'poll' | 'queue' | 'webhook',
  telling: Telling,
): Promise<Applied> {
  const locked = await lockAttempt(trx, attemptId)
  const { fresh, revoked } = await keepEvents(trx, locked, told, source)
  const { attempt, isChanged, leftAt } = await projectAttempt(trx, locked, told)
  if (told.finalPrice) await settleCost(trx, attempt, told.finalPrice)
  const unknownCodes = fresh.filter((event) => event.isUnknownCode).map(({ rawCode }) => rawCode)
  const applied: Applied = {
    ...{ isNews: fresh.length > 0 || revoked > 0 || isChanged, unknownCodes, attempt },
    ...{ problems: [], compensated: [], hasWoken: false },
  }

  const { shipment } = locked
  const isLive = shipment.liveAttemptId === attemptId && attempt.state === 'booked'
  if (!isLive) return { ...applied, hasWoken: hasWoken(locked.attempt, attempt, fresh.length) }
  const problems = await askForPlans(trx, locked, fresh, telling)
  // What came while it was pending, or being cancelled, has not moved the shipment yet.
  const isBehind =
    shipment.status !== attempt.status || (leftAt !== undefined && shipment.handedOverAt === null)
  const moved =
    isChanged || isBehind
      ? await moveShipment(trx, shipment, { attempt, leftAt }, telling)
      : undefined
  const news = { before: shipment, after: moved ?? shipment, attempt, told, fresh, revoked }
  return {
    ...{ ...applied, problems },
    ...(await followUp(trx, news, telling)),
    ...(moved && { change: changeOf(moved) }),
  }
}

/** It will not arrive as it was planned, and its carrier has it: a person decides. @returns the reasons */
async function askForPlans(
  trx: Trx,
  { shipment, attempt: { id: attemptId, carrier } }: Locked,
  fresh: ToldTracking['events'],
  telling: Telling,
): Promise<string[]> {
  const problems = fresh.filter((event) => event.needsPlan)
  for (const { reason, rawCode, occurredAt } of problems)
    await ensureTask(
      trx,
      shipment,
      {
        ...{ kind: 'delivery-problem', attemptId },
        details: { carrier, reason, rawCode, occurredAt },
      },
      telling,
    )
  return problems.map(({ reason, rawCode }) => reason ?? rawCode)
}

/** What the workflow of a shipment must know of it. */
export const changeOf = (shipment: ShipmentRow): TrackingChange => ({
  attemptId: shipment.liveAttemptId!,
  version: Number(shipment.version),
  status: shipment.status!,
  statusAt: shipment.statusAt!.toISOString(),
  ...(shipment.handedOverAt && { hasLeft: true as const }),
  ...(shipment.eta && { eta: shipment.eta.toISOString() }),
  ...(shipment.storedUntil && { storedUntil: shipment.storedUntil.toISOString() }),
})

async function keepEvents(
  trx: Trx,
  { attempt }: Locked,
  { events }: ToldTracking,
  source: 'poll' | 'queue' | 'webhook',
): Promise<{ fresh: ToldTracking['events']; revoked: number }> {
  const each = new Map(events.map((event) => [event.key, event]))
  if (each.size === 0) return { fresh: [], revoked: 0 }
  const kept = await trx
    .insertInto('trackingEvent')
    .values(
      [...each.values()].map((event) => ({
        ...{ shipmentId: attempt.shipmentId, attemptId: attempt.id, sellerId: attempt.sellerId },
        ...{ key: event.key, status: event.status, rawCode: event.rawCode, source },
        reason: event.reason ?? null,
        place: event.place ?? null,
        isUnknownCode: event.isUnknownCode ?? false,
        occurredAt: event.occurredAt,
        revokedAt: event.isRevoked ? new Date() : null,
      })),
    )
    .onConflict((conflict) => conflict.columns(['attemptId', 'key']).doNothing())
    .returning('key')
    .execute()
  const fresh = new Set(kept.map(({ key }) => key))
  return {
    fresh: [...each.values()].filter(({ key }) => fresh.has(key)),
    revoked: await revokeEvents(trx, attempt, [...each.values()]),
  }
}

/** @returns how many stood until now */
async function revokeEvents(
  trx: Trx,
  attempt: AttemptRow,
  events: ToldTracking['events'],
): Promise<number> {
  const revoked = events.filter(({ isRevoked }) => isRevoked).map(({ key }) => key)
  if (revoked.length === 0) return 0
  const { numUpdatedRows } = await trx
    .updateTable('trackingEvent')
    .set({ revokedAt: sql`now()` })
    .where('attemptId', '=', attempt.id)
    .where('key', 'in', revoked)
    .where('revokedAt', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(numUpdatedRows)
}

async function projectAttempt(trx: Trx, { shipment, attempt }: Locked, told: ToldTracking) {
  const { storedUntil } = told
  const eta = await etaOf(trx, shipment, { ...told, carrier: attempt.carrier })
  const rows = await trx
    .selectFrom('trackingEvent')
    .select(['key', 'status', 'reason', 'occurredAt', 'revokedAt', 'isUnknownCode'])
    .where('attemptId', '=', attempt.id)
    .execute()
  const events = rows.map(({ occurredAt, revokedAt, ...event }) => ({
    ...event,
    occurredAt: occurredAt.getTime(),
    isRevoked: revokedAt !== null,
  }))
  const now = projectStatus(events)
  const leftAt = handedOverAt(events)
  // Before its first event it is as booked as it was.
  const status = now?.status ?? attempt.status
  const statusAt = now ? new Date(now.occurredAt) : attempt.statusAt
  const isChanged =
    status !== attempt.status ||
    (now !== undefined && statusAt?.getTime() !== attempt.statusAt?.getTime()) ||
    differs(eta, attempt.eta) ||
    differs(storedUntil, attempt.storedUntil)
  if (!isChanged) return { attempt, isChanged, leftAt }
  const changed = await trx
    .updateTable('bookingAttempt')
    .set({
      ...{ status, statusAt },
      ...(eta !== undefined && { eta }),
      ...(storedUntil !== undefined && { storedUntil }),
    })
    .where('id', '=', attempt.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  return { attempt: changed, isChanged, leftAt }
}

const differs = (told: string | undefined, known: Date | null) =>
  told !== undefined && Date.parse(told) !== known?.getTime()

async function moveShipment(
  trx: Trx,
  before: ShipmentRow,
  { attempt, leftAt }: { attempt: AttemptRow; leftAt: number | undefined },
  telling: Telling,
): Promise<ShipmentRow> {
  const status = attempt.status!
  const leaves = before.handedOverAt === null && leftAt !== undefined
  const hasLeft = leaves || before.handedOverAt !== null
  const last = await trx
    .selectFrom('trackingEvent')
    .select(['reason', 'rawCode'])
    .where('attemptId', '=', attempt.id)
    .where('status', '=', status)
    .where('revokedAt', 'is', null)
    .orderBy('occurredAt', 'desc')
    .limit(1)
    .executeTakeFirst()
  const after = await changeShipment(trx, before.id, {
    ...{ status, statusAt: attempt.statusAt, phase: phaseOf(status, hasLeft) },
    ...{ reason: last?.reason ?? null, rawCode: last?.rawCode ?? null },
    ...{ eta: attempt.eta, storedUntil: attempt.storedUntil },
    ...(leaves && { handedOverAt: new Date(leftAt) }),
    endedAt: isEnd(status) && hasLeft ? attempt.statusAt : null,
  })
  await closeAnswered(trx, before, after)
  if (leaves) {
    await tellOfDelivery(trx, after, { type: 'delivery.handed_over' }, telling)
    await moveOrderAlong(trx, after.orderId, ['assembling', 'shipped'], telling)
    const { lateAt } = after
    if (lateAt)
      await askCarrier(
        trx,
        after,
        { kind: 'late', stage: '', dueAt: lateAt.toISOString() },
        telling,
      )
  }
  if (before.status !== status) {
    const previousState = before.status ?? before.phase
    await tellOfDelivery(trx, after, { type: 'delivery.status_changed', previousState }, telling)
    if (status === 'delivered')
      await moveOrderAlong(trx, after.orderId, ['assembling', 'shipped', 'delivered'], telling)
    if (isEnd(status) && hasLeft) await learn(trx, after, attempt)
  }
  return after
}

/** Through each state on the way; an order that does not stand on it stays where it is. */
async function moveOrderAlong(
  trx: Trx,
  orderId: string,
  states: readonly ('assembling' | 'shipped' | 'delivered')[],
  telling: Telling,
) {
  for (const to of states) await moveOrder(trx, orderId, { to, ...telling })
}

/** What is told in another currency than was expected settles nothing. */
const settleCost = (trx: Trx, { id }: AttemptRow, { amount, currency }: Money) =>
  trx
    .updateTable('costEntry')
    .set({ actualMinor: amount, settledAt: sql`now()` })
    .where('attemptId', '=', id)
    .where('kind', '<>', 'claim')
    .where('currency', '=', currency)
    .where(sql<boolean>`actual_minor is distinct from ${amount}`)
    .execute()

function hasWoken(before: AttemptRow, { state, status }: AttemptRow, fresh: number): boolean {
  const isSettled = state === 'absent' || state === 'cancelled' || state === 'rejected'
  if (!isSettled || fresh === 0 || status === null) return false
  return status !== 'cancelled' && status !== 'rejected' && status !== before.status
}
