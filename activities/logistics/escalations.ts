import { ApplicationFailure } from '@temporalio/activity'
import { sql, type Transaction } from 'kysely'
import type { DeliveryPhase, HumanTaskKind, NewPoint, SlaKind } from '../../contracts/logistics.ts'
import type { Database } from '../../db/database.ts'
import { askCarrier } from '../../db/logistics/ask-carrier.ts'
import { tellOfDelivery, type DeliveryEvent } from '../../db/logistics/delivery-events.ts'
import { findClaim } from '../../db/logistics/delivery-costs.ts'
import { replanDelivery } from '../../db/logistics/replan-delivery.ts'
import { changeShipment, lockShipment, type ShipmentRow } from '../../db/logistics/shipments.ts'
import { ensureTask } from '../../db/logistics/tasks.ts'
import { heartbeating } from '../heartbeating.ts'
import type { LogisticsDeps } from './deps.ts'
import * as meters from './meters.ts'
import { telling } from './telling.ts'

export type ShipmentKey = { shipmentId: string }
export type SlaMiss = ShipmentKey & { kind: SlaKind; stage: string; dueAt: string }

/** `offer`: another point that the buyer may choose. */
export type PersonAsked = ShipmentKey & { kind: HumanTaskKind; offer?: NewPoint }

export const createEscalations = ({ system }: LogisticsDeps) => {
  const deciding = <T>(
    { shipmentId }: ShipmentKey,
    decide: (trx: Transaction<Database>, shipment: ShipmentRow) => Promise<T>,
  ): Promise<T> =>
    heartbeating(() =>
      system.transaction().execute(async (trx) => {
        const shipment = await lockShipment(trx, shipmentId)
        if (!shipment) throw ApplicationFailure.nonRetryable('No such shipment', 'NotFound')
        return decide(trx, shipment)
      }),
    )

  return {
    /**
     * Something was not done in time: an alert, an event and a metric, once. What is late on its way is planned anew, and
     * somebody asks about what is late or silent.
     */
    raiseSla: ({ kind, stage, dueAt, ...key }: SlaMiss): Promise<void> =>
      deciding(key, async (trx, shipment) => {
        const made = await trx
          .insertInto('slaAlert')
          .values({
            ...{ shipmentId: shipment.id, sellerId: shipment.sellerId, kind, stage, dueAt },
          })
          .onConflict((conflict) => conflict.doNothing())
          .returning('kind')
          .executeTakeFirst()
        if (!made) return
        meters.slaMisses.add(1, { kind, carrier: shipment.carrier ?? 'none' })
        await tellOfDelivery(trx, shipment, eventOf(shipment, { kind, dueAt }), telling())
        if (kind === 'late' || kind === 'silent')
          await askCarrier(trx, shipment, { kind, stage, dueAt }, telling())
        if (kind !== 'late' && kind !== 'late-predicted') return
        await trx
          .updateTable('shipment')
          .set(kind === 'late' ? { lateAt: dueAt } : { latePredictedAt: sql`now()` })
          .where('id', '=', shipment.id)
          .execute()
        if (await replanDelivery(trx, shipment, { why: kind }, telling()))
          meters.replans.add(1, { carrier: shipment.carrier ?? 'none', why: kind })
      }),

    /** Only a person can help now. Before the hand-over the shipment waits for that. */
    askPerson: ({ kind, offer, ...key }: PersonAsked): Promise<void> =>
      deciding(key, async (trx, shipment) => {
        // Whoever has to claim it finds how much.
        const claim = kind === 'not-delivered' ? await findClaim(trx, shipment.id) : undefined
        const details = { ...(offer && { offer }), ...(claim && { claim }) }
        await ensureTask(trx, shipment, { kind, details }, telling())
        if (kind === 'no-carrier' || kind === 'point-unavailable')
          await changeShipment(trx, shipment.id, { phase: 'waiting' })
      }),

    /** The order has no shipment any more. */
    closeDelivery: ({
      phase,
      ...key
    }: ShipmentKey & { phase: Extract<DeliveryPhase, 'cancelled' | 'failed'> }) =>
      deciding(key, async (trx, shipment): Promise<void> => {
        if (shipment.phase === phase) return
        const previousState = shipment.status ?? shipment.phase
        const closed = await changeShipment(trx, shipment.id, {
          ...{ phase, status: null, endedAt: new Date() },
        })
        await closeOpenTasks(trx, shipment.id)
        await tellOfDelivery(
          trx,
          closed,
          { type: 'delivery.status_changed', previousState },
          telling(),
        )
      }),

    /** The buyer fetches it elsewhere. Its booking to the point before is gone. */
    changePoint: ({ point, ...key }: ShipmentKey & { point: NewPoint }): Promise<void> =>
      deciding(key, async (trx, shipment) => {
        await changeShipment(trx, shipment.id, {
          ...{ pointCarrier: point.carrier, pointCode: point.code, pointKind: point.kind },
          phase: 'planning',
        })
        await closeOpenTasks(trx, shipment.id)
      }),
  }
}

/** What waited for a decision has it. Bookings that nobody has settled stay a person's. */
const closeOpenTasks = (trx: Transaction<Database>, shipmentId: string) =>
  trx
    .updateTable('humanTask')
    .set({ state: 'done', resolution: 'decided', closedBy: 'system', closedAt: sql`now()` })
    .where('shipmentId', '=', shipmentId)
    .where('state', '=', 'open')
    .where('kind', 'in', ['no-carrier', 'point-unavailable'])
    .execute()

function eventOf(
  { promiseLatest, eta, storedUntil }: ShipmentRow,
  { kind, dueAt }: { kind: SlaKind; dueAt: string },
): DeliveryEvent {
  const promisedAt = promiseLatest?.toISOString() ?? dueAt
  switch (kind) {
    case 'booking-late':
      return { type: 'delivery.overdue', what: 'booking', dueAt }
    case 'hand-over-late':
      return { type: 'delivery.overdue', what: 'hand-over', dueAt }
    case 'silent':
      return { type: 'delivery.overdue', what: 'news', dueAt }
    case 'late-predicted':
      return {
        type: 'delivery.late_predicted',
        promisedAt,
        expectedAt: eta?.toISOString() ?? dueAt,
      }
    case 'late':
      return { type: 'delivery.late', promisedAt }
    case 'storage-expiring':
      return { type: 'delivery.storage_expiring', storedUntil: storedUntil?.toISOString() ?? dueAt }
  }
}
