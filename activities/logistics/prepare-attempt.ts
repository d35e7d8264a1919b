import { ApplicationFailure } from '@temporalio/activity'
import type { Kysely } from 'kysely'
import type { CarrierQuote } from '../../clients/carriers/carrier.ts'
import type { Database } from '../../db/database.ts'
import { ensureAttempt } from '../../db/logistics/attempts.ts'
import { findConsignment } from '../../db/logistics/consignment.ts'
import { findPlan } from '../../db/logistics/plans.ts'

export type NewAttemptInput = {
  attemptId: string
  shipmentId: string
  number: number
  /** Where in which frozen list its quote stands. */
  round: number
  rank: number
}

/**
 * The attempt's row, as it must be on disk before its carrier is asked, and how often that was done before.
 * @throws non-retryable `SecondBooking` when the shipment has another attempt that is live
 */
export async function prepareAttempt(
  system: Kysely<Database>,
  { shipmentId, attemptId, number, round, rank }: NewAttemptInput,
) {
  const [consignment, plan] = await Promise.all([
    findConsignment(system, shipmentId),
    findPlan(system, shipmentId, round),
  ])
  const candidate = plan?.ranked[rank - 1]
  if (!consignment || !candidate)
    throw ApplicationFailure.nonRetryable('No such candidate', 'NotFound')
  const { shipment } = consignment
  const quotes = (plan.inputs as { quotes: CarrierQuote[] }).quotes
  const { carrier, service, mode, priceMinor, currency, accountId, promised } = candidate
  try {
    return await ensureAttempt(system, {
      ...{ id: attemptId, shipmentId, sellerId: shipment.sellerId, number },
      ...{ carrier, service, mode, accountId, currency, priceMinor: String(priceMinor) },
      quote: quotes.find(
        (one) => one.carrier === carrier && one.service === service && one.mode === mode,
      )!,
      readyAt: new Date(promised.pickupAt),
      pointCode: mode.endsWith('point') ? shipment.pointCode : null,
      pointKind: mode.endsWith('point') ? shipment.pointKind : null,
    })
  } catch (error) {
    if ((error as { code?: string }).code !== UNIQUE_VIOLATION) throw error
    throw ApplicationFailure.nonRetryable('The shipment has a live booking', 'SecondBooking')
  }
}

const UNIQUE_VIOLATION = '23505'
