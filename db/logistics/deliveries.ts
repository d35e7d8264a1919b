import { sql, type Kysely, type SqlBool } from 'kysely'
import type { CarrierId, DeliveryPhase, TrackingStatus } from '../../contracts/logistics.ts'
import { BUYERS_DOINGS } from '../../domain/logistics/arrival.ts'
import type { Database } from '../database.ts'
import { listCompensations, type CompensationRow } from './compensations.ts'
import type { ShipmentRow } from './shipments.ts'

export type DeliveryState = DeliveryPhase | TrackingStatus

/** A shipment with every try to have it booked, all that was told of them and all that became due, the oldest first. */
export type DeliveryRow = ShipmentRow & {
  isLate: boolean
  attempts: AttemptRow[]
  timeline: TimelineRow[]
  compensations: CompensationRow[]
}
type AttemptRow = Awaited<ReturnType<typeof listAttempts>>[number]
type TimelineRow = Awaited<ReturnType<typeof listTimeline>>[number]

export type DeliveryFilter = {
  state?: DeliveryState | undefined
  carrier?: CarrierId | undefined
  late?: boolean | undefined
  /** ISO 8601: made then or later, made before. */
  from?: string | undefined
  to?: string | undefined
}
/** Where a page ended, the newest first: microseconds since 1970 and the id. */
export type DeliveryPosition = { createdAtMicros: string; id: string }

/**
 * It came later than promised, or has not come and the promise is over. At a point it has come when it waits there, whenever
 * the buyer fetches it; what has ended had come when only the buyer kept it from being handed over, see `arrivalOf`.
 */
const isLate = sql<boolean>`coalesce(coalesce(
  (select min(told.occurred_at) from tracking_event told
    where told.attempt_id = live_attempt_id and told.revoked_at is null
      and (told.status = 'ready-for-pickup'
        or ended_at is not null and told.status in ('attempt-failed', 'exception')
          and told.reason in (${sql.join(BUYERS_DOINGS)}))),
  ended_at, now()) > promise_latest, false)`

/** In a seller's transaction. */
export async function listDeliveries(
  trx: Kysely<Database>,
  filter: DeliveryFilter & { before?: DeliveryPosition | undefined; limit: number },
): Promise<(DeliveryRow & DeliveryPosition)[]> {
  const { state, carrier, late, from, to, before, limit } = filter
  const rows = await trx
    .selectFrom('shipment')
    .selectAll()
    .select([
      isLate.as('isLate'),
      sql<string>`(extract(epoch from created_at) * 1000000)::bigint`.as('createdAtMicros'),
    ])
    .$if(state !== undefined, (query) =>
      query.where(sql<SqlBool>`coalesce(status, phase) = ${state!}`),
    )
    .$if(carrier !== undefined, (query) => query.where('carrier', '=', carrier!))
    .$if(late !== undefined, (query) => query.where(isLate, '=', late!))
    .$if(from !== undefined, (query) => query.where('createdAt', '>=', new Date(from!)))
    .$if(to !== undefined, (query) => query.where('createdAt', '<', new Date(to!)))
    .$if(before !== undefined, (query) => query.where(isOlderThan(before!)))
    .orderBy('createdAt', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return withLog(trx, rows)
}

/** In a seller's transaction. */
export async function findDelivery(
  trx: Kysely<Database>,
  id: string,
): Promise<DeliveryRow | undefined> {
  const rows = await trx
    .selectFrom('shipment')
    .selectAll()
    .select(isLate.as('isLate'))
    .where('id', '=', id)
    .execute()
  return (await withLog(trx, rows))[0]
}

const isOlderThan = ({ createdAtMicros, id }: DeliveryPosition) => {
  const at = sql`'epoch'::timestamptz + ${createdAtMicros}::bigint * interval '1 microsecond'`
  return sql<SqlBool>`(created_at, id) < (${at}, ${id}::uuid)`
}

async function withLog<Row extends { id: string }>(trx: Kysely<Database>, rows: readonly Row[]) {
  const ids = rows.map(({ id }) => id)
  const [attempts, events] =
    ids.length === 0 ? [[], []] : [await listAttempts(trx, ids), await listTimeline(trx, ids)]
  const attemptsOf = Map.groupBy(attempts, ({ shipmentId }) => shipmentId)
  const compensations = Map.groupBy(await listCompensations(trx, ids), (one) => one.shipmentId)
  const eventsOf = Map.groupBy(events, ({ shipmentId }) => shipmentId)
  return rows.map((row) => ({
    ...row,
    attempts: attemptsOf.get(row.id) ?? [],
    timeline: eventsOf.get(row.id) ?? [],
    compensations: compensations.get(row.id) ?? [],
  }))
}

const listAttempts = (trx: Kysely<Database>, shipmentIds: readonly string[]) =>
  trx
    .selectFrom('bookingAttempt')
    .select(['id', 'shipmentId', 'carrier', 'service', 'state', 'trackingNumber', 'labelKey'])
    .select(['priceMinor', 'currency', 'reasonCode', 'givenUpFor', 'bookedAt', 'settledAt'])
    .where('shipmentId', 'in', shipmentIds)
    .orderBy('number')
    .execute()

/** Without what carriers took back. */
const listTimeline = (trx: Kysely<Database>, shipmentIds: readonly string[]) =>
  trx
    .selectFrom('trackingEvent')
    .innerJoin('bookingAttempt', 'bookingAttempt.id', 'trackingEvent.attemptId')
    .select(['trackingEvent.shipmentId', 'trackingEvent.occurredAt', 'trackingEvent.status'])
    .select(['trackingEvent.reason', 'trackingEvent.rawCode', 'trackingEvent.place'])
    .select('bookingAttempt.carrier')
    .where('trackingEvent.shipmentId', 'in', shipmentIds)
    .where('trackingEvent.revokedAt', 'is', null)
    .orderBy('trackingEvent.occurredAt')
    .orderBy('trackingEvent.id')
    .execute()

/** Where the label of the booking that lives is kept; `null` while there is none. In a seller's transaction. */
export const findLabelKey = async (
  trx: Kysely<Database>,
  shipmentId: string,
): Promise<{ labelKey: string | null } | undefined> =>
  trx
    .selectFrom('shipment')
    .leftJoin('bookingAttempt', 'bookingAttempt.id', 'shipment.liveAttemptId')
    .select('bookingAttempt.labelKey')
    .where('shipment.id', '=', shipmentId)
    .executeTakeFirst()
