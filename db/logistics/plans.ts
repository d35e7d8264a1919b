import type { Kysely } from 'kysely'
import type { NewPoint } from '../../contracts/logistics.ts'
import { CHOOSER_VERSION, type LeftOut, type RankedCandidate } from '../../domain/logistics/rank.ts'
import { DEFAULT_WEIGHTS, type Weights } from '../../domain/logistics/weights.ts'
import type { Database } from '../database.ts'
import { findSlaPolicies } from './rules.ts'
import { findShipment, lockShipment, type ShipmentRow } from './shipments.ts'

export type Plan = {
  round: number
  outcome: 'planned' | 'point-unavailable'
  ranked: RankedCandidate[]
  leftOut: LeftOut[]
  inputs: object
  weights: Weights | undefined
  /** Where the chosen point takes nothing. */
  offer?: NewPoint
}

/** The list as it was frozen in this round. */
export async function findPlan(
  db: Kysely<Database>,
  shipmentId: string,
  round: number,
): Promise<Omit<Plan, 'round'> | undefined> {
  const row = await db
    .selectFrom('deliveryQuote')
    .selectAll()
    .where('shipmentId', '=', shipmentId)
    .where('round', '=', round)
    .executeTakeFirst()
  return (
    row && {
      ...{ outcome: 'planned', ranked: row.ranked, leftOut: row.leftOut, weights: row.weights },
      inputs: row.inputs as object,
    }
  )
}

/** Every list that was frozen, round by round. */
export const listPlans = (db: Kysely<Database>, shipmentId: string) =>
  db
    .selectFrom('deliveryQuote')
    .select(['round', 'createdAt', 'ranked', 'leftOut'])
    .where('shipmentId', '=', shipmentId)
    .orderBy('round')
    .execute()

/**
 * Freezes a list, and with the first one that holds a candidate what the buyer is promised and what is expected of carriers.
 * @returns the shipment as it is then
 */
export const keepPlan = (
  db: Kysely<Database>,
  { id, sellerId }: ShipmentRow,
  { round, outcome, ranked, leftOut, inputs, weights }: Plan,
): Promise<ShipmentRow> =>
  db.transaction().execute(async (trx) => {
    const before = await lockShipment(trx, id)
    if (outcome === 'planned')
      await trx
        .insertInto('deliveryQuote')
        .values({
          ...{ shipmentId: id, sellerId, round, chooserVersion: CHOOSER_VERSION },
          ranked: JSON.stringify(ranked),
          leftOut: JSON.stringify(leftOut),
          inputs: JSON.stringify(inputs),
          weights: JSON.stringify(weights ?? DEFAULT_WEIGHTS),
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    const promise = ranked[0]?.promised
    const sla = before?.sla ? undefined : await findSlaPolicies(trx, sellerId)
    await trx
      .updateTable('shipment')
      .set({
        phase: 'booking',
        ...(sla && { sla: JSON.stringify(sla.terms), slaVersion: sla.version }),
        ...(promise &&
          !before?.promise && {
            promise: JSON.stringify(promise),
            readyAt: promise.readyAt,
            promiseEarliest: promise.earliest,
            promiseLatest: promise.latest,
          }),
      })
      .where('id', '=', id)
      .where('liveAttemptId', 'is', null)
      .execute()
    return (await findShipment(trx, id))!
  })
