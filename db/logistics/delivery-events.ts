import type { Transaction } from 'kysely'
import type { CarrierId, GivenUpFor, HumanTaskKind } from '../../contracts/logistics.ts'
import type { CompensationReason } from '../../domain/logistics/compensation.ts'
import type { Money } from '../../domain/logistics/parcel.ts'
import type { ReplanReason } from '../../domain/logistics/replan.ts'
import { appendAudit, type Actor } from '../audit.ts'
import type { Database } from '../database.ts'
import { appendEvent } from '../events.ts'
import type { ShipmentRow } from './shipments.ts'

export type DeliveryEvent =
  | { type: 'delivery.requested' }
  | { type: 'delivery.booked'; trackingNumber: string; pointCode?: string }
  | { type: 'delivery.failed_over'; from: CarrierId; why: GivenUpFor }
  | { type: 'delivery.handed_over' }
  | { type: 'delivery.status_changed'; previousState: string }
  | { type: 'delivery.overdue'; what: 'booking' | 'hand-over' | 'news'; dueAt: string }
  | { type: 'delivery.late_predicted'; promisedAt: string; expectedAt: string }
  | { type: 'delivery.late'; promisedAt: string }
  | {
      type: 'delivery.replanned'
      promisedAt: string
      expectedAt: string
      why: ReplanReason
      /** In our words, where its carrier gave one. */
      reason?: string
      /** Where it goes now, when that is why. */
      pointCode?: string
    }
  | {
      type: 'delivery.compensated'
      compensationId: string
      reason: CompensationReason
      /** Less than nothing where it takes back what was due before. */
      amount: Money
      /** What is due for this reason after all. */
      balance: Money
      daysLate?: number
    }
  | { type: 'delivery.storage_expiring'; storedUntil: string }
  | { type: 'delivery.needs_human'; task: HumanTaskKind }

export type Telling = { actor: Actor; traceParent: string | null }

/** Told one after the other with those of the order, and noted in its history. Belongs in the transaction that made it so. */
export async function tellOfDelivery(
  trx: Transaction<Database>,
  { id, orderId, sellerId, shopId, carrier, status, phase }: ShipmentRow,
  { type, ...more }: DeliveryEvent,
  { actor, traceParent }: Telling,
): Promise<void> {
  const data = {
    ...{ deliveryId: id, orderId, shopId, state: status ?? phase },
    ...(carrier && { carrier }),
    ...more,
  }
  await appendEvent(trx, { sellerId, type, subject: `order:${orderId}`, data, traceParent })
  await appendAudit(trx, { sellerId, actor, action: type, subject: `order:${orderId}`, data })
}
