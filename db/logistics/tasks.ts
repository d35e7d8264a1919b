import { sql, type Kysely, type Selectable, type Transaction } from 'kysely'
import type { HumanTaskKind } from '../../contracts/logistics.ts'
import type { Database } from '../database.ts'
import { tellOfDelivery, type Telling } from './delivery-events.ts'
import type { ShipmentRow } from './shipments.ts'

export type HumanTaskRow = Selectable<Database['humanTask']>

export type NewTask = {
  kind: HumanTaskKind
  attemptId?: string | undefined
  /** Without personal data. */
  details?: object
}

/** One open task of a kind for a shipment or an attempt, and its event; nothing when there is one. */
export async function ensureTask(
  trx: Transaction<Database>,
  shipment: ShipmentRow,
  { kind, attemptId, details }: NewTask,
  telling: Telling,
): Promise<void> {
  const made = await trx
    .insertInto('humanTask')
    .values({
      ...{ shipmentId: shipment.id, sellerId: shipment.sellerId, kind },
      attemptId: attemptId ?? null,
      details: JSON.stringify(details ?? {}),
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  if (made)
    await tellOfDelivery(trx, shipment, { type: 'delivery.needs_human', task: kind }, telling)
}

/** What was settled without a person needs none any more. */
export const closeTasks = (
  db: Kysely<Database>,
  attemptId: string,
  { resolution, closedBy }: { resolution: string; closedBy: string },
) =>
  db
    .updateTable('humanTask')
    .set({ state: 'done', resolution, closedBy, closedAt: sql`now()` })
    .where('attemptId', '=', attemptId)
    .where('state', '=', 'open')
    .where('kind', 'in', ['unsettled-booking', 'cancel-by-phone'])
    .execute()
