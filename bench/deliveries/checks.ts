import type { WorkflowHandle } from '@temporalio/client'
import type { Booking } from '../../simulator/booking.ts'
import { loserWorkflowId, deliveryWorkflowId } from '../../contracts/logistics.ts'
import { violationsOf, type Evidence } from '../../test/logistics/check-bookings.ts'
import type { DeliveryScene } from './scene.ts'

/**
 * By shipment, what is wrong with it in the end; nothing where nothing is.
 * @param calledOff those of which it was promised that nobody sends them
 */
export async function violations(
  scene: DeliveryScene,
  shipmentIds: readonly string[],
  calledOff: ReadonlySet<string>,
): Promise<Map<string, string[]>> {
  const bookings = Map.groupBy(await scene.ledger(), ({ reference }) => reference.split('-')[0]!)
  const evidence = await gather(scene, shipmentIds, bookings)
  return new Map(
    evidence.flatMap((one) => {
      const found = violationsOf({ ...one, isCalledOff: calledOff.has(one.shipmentId) })
      return found.length > 0 ? [[one.shipmentId, found] as const] : []
    }),
  )
}

async function gather(
  { owner, temporal }: DeliveryScene,
  shipmentIds: readonly string[],
  bookings: ReadonlyMap<string, readonly Booking[]>,
): Promise<Omit<Evidence, 'isCalledOff'>[]> {
  const { db } = owner
  const shipments = await db
    .selectFrom('shipment')
    .selectAll()
    .where('id', 'in', shipmentIds)
    .execute()
  const attempts = Map.groupBy(
    await db
      .selectFrom('bookingAttempt')
      .selectAll()
      .where('shipmentId', 'in', shipmentIds)
      .execute(),
    (row) => row.shipmentId,
  )
  const costs = Map.groupBy(
    await db.selectFrom('costEntry').selectAll().where('shipmentId', 'in', shipmentIds).execute(),
    (row) => row.shipmentId,
  )
  const tasks = Map.groupBy(
    await db
      .selectFrom('humanTask')
      .selectAll()
      .where('shipmentId', 'in', shipmentIds)
      .where('state', '=', 'open')
      .execute(),
    (row) => row.shipmentId,
  )
  const events = Map.groupBy(
    await db
      .selectFrom('event')
      .select(['type', 'subject'])
      .where('type', 'like', 'delivery.%')
      .execute(),
    (row) => row.subject,
  )
  const evidence: Omit<Evidence, 'isCalledOff'>[] = []
  for (const shipment of shipments) {
    const own = attempts.get(shipment.id) ?? []
    const handles = [
      temporal.client.workflow.getHandle(deliveryWorkflowId(shipment.id)),
      ...own
        .filter(({ givenUpFor }) => givenUpFor !== null)
        .map(({ id }) => temporal.client.workflow.getHandle(loserWorkflowId(id))),
    ]
    const states = await Promise.all(handles.map(stateOf))
    evidence.push({
      ...{ shipmentId: shipment.id, shipment },
      attempts: own.toSorted((a, b) => a.number - b.number),
      entries: (bookings.get(shipment.id.replaceAll('-', '')) ?? []).map(entryOf),
      events: events.get(`order:${shipment.orderId}`) ?? [],
      costs: costs.get(shipment.id) ?? [],
      openTasks: tasks.get(shipment.id) ?? [],
      workflow: states.find((state) => state !== 'COMPLETED') ?? 'COMPLETED',
    })
  }
  return evidence
}

/** A loser that needed no watch has no workflow. */
const stateOf = (handle: WorkflowHandle): Promise<string> =>
  handle.describe().then(
    ({ status }) => status.name,
    (error: Error) => (error.name === 'WorkflowNotFoundError' ? 'COMPLETED' : error.message),
  )

/** A line of the carriers' ledger as the checker reads it. */
function entryOf(booking: Booking): Evidence['entries'][number] {
  const { carrier, id, reference, state, isLive, createdAt, bookedAt, cancelledAt } = booking
  return {
    ...{ carrier, reference, carrierId: id, asked: 1, log: [], hasLied: false },
    state: isLive ? 'booked' : state === 'rejected' ? 'refused' : 'cancelled',
    bookings: booking.revivedAt === undefined ? 1 : 2,
    cancellations: cancelledAt === undefined ? 0 : 1,
    bookedAt: Date.parse(bookedAt ?? createdAt),
    cancelledAt: cancelledAt === undefined ? 0 : Date.parse(cancelledAt),
  }
}
