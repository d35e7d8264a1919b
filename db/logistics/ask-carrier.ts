import { sql, type Transaction } from 'kysely'
import type { HumanTaskKind } from '../../contracts/logistics.ts'
import { isAwaited } from '../../domain/logistics/replan.ts'
import { silenceStage } from '../../domain/logistics/sla.ts'
import type { Database } from '../database.ts'
import type { Telling } from './delivery-events.ts'
import type { ShipmentRow } from './shipments.ts'
import { ensureTask } from './tasks.ts'

type Trx = Transaction<Database>

/** What its carrier was to do by then; `dueAt` is ISO 8601. */
export type Missed = { kind: 'late' | 'silent'; stage: string; dueAt: string }

/**
 * Somebody asks the carrier about a parcel that it has: a task, unless the parcel has moved on meanwhile. Before the hand-over nobody
 * need ask: another carrier is booked. Under the shipment's lock.
 */
export async function askCarrier(
  trx: Trx,
  shipment: ShipmentRow,
  { kind, stage, dueAt }: Missed,
  telling: Telling,
): Promise<void> {
  const { handedOverAt, carrier, trackingNumber } = shipment
  if (!handedOverAt) return
  const isOpen = kind === 'late' ? isStillAwaited(shipment) : isStillSilent(shipment, stage)
  if (!isOpen) return
  await ensureTask(trx, shipment, { kind, details: { carrier, trackingNumber, dueAt } }, telling)
}

const isStillAwaited = ({ status }: ShipmentRow) => status !== null && isAwaited(status)

/** A delivery that was planned before each silence counted says its status alone. */
const isStillSilent = ({ status, statusAt }: ShipmentRow, stage: string) =>
  status !== null &&
  statusAt !== null &&
  (stage === status || stage === silenceStage(status, statusAt.getTime()))

/** Its carrier has answered by what it told: nobody need ask any more whether it moves, or where what has come is. */
export async function closeAnswered(
  trx: Trx,
  before: ShipmentRow,
  after: ShipmentRow,
): Promise<void> {
  const hasMoved =
    after.status !== before.status || after.statusAt?.getTime() !== before.statusAt?.getTime()
  const kinds: HumanTaskKind[] = [
    ...(hasMoved ? (['silent'] as const) : []),
    ...(isStillAwaited(after) ? [] : (['late'] as const)),
  ]
  if (kinds.length === 0) return
  await trx
    .updateTable('humanTask')
    .set({ state: 'done', resolution: 'moved on', closedBy: 'system', closedAt: sql`now()` })
    .where('shipmentId', '=', after.id)
    .where('state', '=', 'open')
    .where('kind', 'in', kinds)
    .execute()
}
