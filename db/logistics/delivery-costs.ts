import { sql, type Kysely, type SqlBool, type Transaction } from 'kysely'
import type { Money } from '../../domain/logistics/parcel.ts'
import { appendAudit, type Actor } from '../audit.ts'
import type { Database } from '../database.ts'
import type { DeliveryPosition } from './deliveries.ts'
import { lockShipment } from './shipments.ts'

export type CostFilter = {
  /** Only those of which something is not settled yet, or all of which is. */
  settled?: boolean | undefined
  /** ISO 8601: the delivery was made then or later, made before. */
  from?: string | undefined
  to?: string | undefined
}
export type DeliveryCosts = Awaited<ReturnType<typeof listDeliveryCosts>>[number]
export type CostTotal = Awaited<ReturnType<typeof sumDeliveryCosts>>[number]

const isUnsettled = sql<boolean>`exists (
  select from cost_entry c where c.shipment_id = shipment.id and c.settled_at is null)`

const costly = (db: Kysely<Database>, { settled, from, to }: CostFilter) =>
  db
    .selectFrom('shipment')
    .where(sql<SqlBool>`exists (select from cost_entry c where c.shipment_id = shipment.id)`)
    .$if(settled !== undefined, (query) => query.where(isUnsettled, '=', !settled!))
    .$if(from !== undefined, (query) => query.where('shipment.createdAt', '>=', new Date(from!)))
    .$if(to !== undefined, (query) => query.where('shipment.createdAt', '<', new Date(to!)))

/** What deliveries were thought to cost, and what they did; the newest first. Of everybody as role `system`. */
export async function listDeliveryCosts(
  db: Kysely<Database>,
  filter: CostFilter & { before?: DeliveryPosition | undefined; limit: number },
) {
  const { before, limit } = filter
  const rows = await costly(db, filter)
    .select(['shipment.id', 'shipment.orderId', 'shipment.sellerId'])
    .select(
      sql<string>`(extract(epoch from shipment.created_at) * 1000000)::bigint`.as(
        'createdAtMicros',
      ),
    )
    .$if(before !== undefined, (query) => query.where(isOlderThan(before!)))
    .orderBy('shipment.createdAt', 'desc')
    .orderBy('shipment.id', 'desc')
    .limit(limit)
    .execute()
  const entries = await listEntries(
    db,
    rows.map(({ id }) => id),
  )
  const entriesOf = Map.groupBy(entries, ({ shipmentId }) => shipmentId)
  return rows.map((row) => ({ ...row, entries: entriesOf.get(row.id) ?? [] }))
}

/** Of all that the filter leaves, by currency. */
export const sumDeliveryCosts = (db: Kysely<Database>, filter: CostFilter) =>
  costly(db, filter)
    .innerJoin('costEntry', 'costEntry.shipmentId', 'shipment.id')
    .groupBy('costEntry.currency')
    .select('costEntry.currency')
    .select([
      sql<string>`sum(expected_minor)`.as('expectedMinor'),
      sql<string>`coalesce(sum(actual_minor), 0)`.as('actualMinor'),
      // Of what is settled, so that what is still to come is no saving.
      sql<string>`coalesce(sum(actual_minor - expected_minor), 0)`.as('differenceMinor'),
      sql<string>`count(*) filter (where settled_at is null)`.as('unsettled'),
    ])
    .orderBy('costEntry.currency')
    .execute()

const listEntries = async (db: Kysely<Database>, shipmentIds: readonly string[]) =>
  shipmentIds.length === 0
    ? []
    : db
        .selectFrom('costEntry')
        .innerJoin('bookingAttempt', 'bookingAttempt.id', 'costEntry.attemptId')
        .select(['costEntry.shipmentId', 'costEntry.attemptId', 'costEntry.kind'])
        .select(['costEntry.expectedMinor', 'costEntry.actualMinor', 'costEntry.currency'])
        .select(['costEntry.settledAt', 'bookingAttempt.carrier'])
        .where('costEntry.shipmentId', 'in', shipmentIds)
        .orderBy('costEntry.id')
        .execute()

/** What carriers owe for a delivery and have not settled yet. */
export async function findClaim(
  db: Kysely<Database>,
  shipmentId: string,
): Promise<Money | undefined> {
  const row = await db
    .selectFrom('costEntry')
    .select(['currency', sql<string>`-expected_minor`.as('amount')])
    .where('shipmentId', '=', shipmentId)
    .where('kind', '=', 'claim')
    .where('settledAt', 'is', null)
    .executeTakeFirst()
  return row && { amount: Number(row.amount), currency: row.currency }
}

export type SettledClaim = {
  shipmentId: string
  /** What its carrier has paid. */
  paidMinor: number
  actor: Actor
}

/**
 * What came of a claim on a carrier, in the claim's own currency; said again, what was said last counts.
 * @returns every entry of the delivery; `undefined` when nothing is claimed for it
 */
export async function settleClaim(
  trx: Transaction<Database>,
  { shipmentId, paidMinor, actor }: SettledClaim,
): Promise<Omit<DeliveryCosts, 'createdAtMicros'> | undefined> {
  const shipment = await lockShipment(trx, shipmentId)
  const settled = await trx
    .updateTable('costEntry')
    .set({ actualMinor: 0 - paidMinor, settledAt: sql`now()` })
    .where('shipmentId', '=', shipmentId)
    .where('kind', '=', 'claim')
    .returning(['attemptId', 'currency'])
    .executeTakeFirst()
  if (!shipment || !settled) return undefined
  const { orderId, sellerId } = shipment
  await appendAudit(trx, {
    // The operator's, as with other tasks: what carriers pay us is not the seller's to read.
    ...{ sellerId: null, actor, action: 'delivery.claim_settled', subject: `order:${orderId}` },
    data: { deliveryId: shipmentId, ...settled, paidMinor },
  })
  return { id: shipmentId, orderId, sellerId, entries: await listEntries(trx, [shipmentId]) }
}

const isOlderThan = ({ createdAtMicros, id }: DeliveryPosition) => {
  const at = sql`'epoch'::timestamptz + ${createdAtMicros}::bigint * interval '1 microsecond'`
  return sql<SqlBool>`(shipment.created_at, shipment.id) < (${at}, ${id}::uuid)`
}
