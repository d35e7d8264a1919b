import { ApplicationFailure } from '@temporalio/activity'
import type { CarrierId, DeliveryTerms, NewPoint } from '../../contracts/logistics.ts'
import { listGivenUp } from '../../db/logistics/attempts.ts'
import { findConsignment, type Consignment } from '../../db/logistics/consignment.ts'
import { keepPlan, findPlan, type Plan as KeptPlan } from '../../db/logistics/plans.ts'
import { findPoint } from '../../db/logistics/pickup-points.ts'
import { findShipment, type ShipmentRow } from '../../db/logistics/shipments.ts'
import { pointFault } from '../../domain/logistics/point-fault.ts'
import { DEFAULT_TERMS, termsOfTariff, type FrozenTerms } from '../../domain/logistics/sla.ts'
import { heartbeating } from '../heartbeating.ts'
import type { createChoice } from './choose-carrier.ts'
import type { LogisticsDeps } from './deps.ts'

/** Where in the frozen list it stands, and whose it is. */
export type PlannedCandidate = {
  rank: number
  carrier: CarrierId
  service: string
  /** Where its tariff has terms of its own. */
  terms?: DeliveryTerms
  /** When it can fetch the parcel: some do not on all days. */
  readyAt?: string
}
export type Plan = {
  /** None left, or the chosen point takes nothing: only then is nobody asked. */
  outcome: 'planned' | 'point-unavailable'
  candidates: PlannedCandidate[]
  /** The nearest point that takes it, where the chosen one does not. */
  offer?: NewPoint
  /** The first one that was made, for as long as the shipment lives. */
  promise?: { earliest: string; latest: string }
  /** When the first of this list can fetch it. */
  readyAt: string
  terms: DeliveryTerms
  labels: { sellerId: string; orderId: string; orderNumber: string; cityId: string }
}

/** `outcome` is `ok` or says why not, see {@link pointFault}. */
export type NewPointCheck = PointCheck
type PointCheck = Awaited<ReturnType<NonNullable<LogisticsDeps['checkPoint']>>>

export const createPlanning = (
  deps: LogisticsDeps,
  { choose }: ReturnType<typeof createChoice>,
) => {
  const { system } = deps

  async function checkPoint({ shipment }: Consignment): Promise<PointCheck> {
    const { pointCarrier: carrier, pointCode: code } = shipment
    return carrier === null || code === null
      ? { outcome: 'ok' }
      : checkAt({ carrier, code }, shipment)
  }

  /** What is not known does no harm. */
  async function checkAt(
    { carrier, code }: Pick<NewPoint, 'carrier' | 'code'>,
    { id: shipmentId, parcels }: Pick<ShipmentRow, 'id' | 'parcels'>,
  ): Promise<PointCheck> {
    try {
      return (await deps.checkPoint?.({ carrier, code }, parcels)) ?? { outcome: 'ok' }
    } catch (error) {
      deps.log.warn({ err: error, shipmentId }, 'a pickup point was not checked')
      return { outcome: 'ok' }
    }
  }

  async function makePlan(consignment: Consignment): Promise<Omit<KeptPlan, 'round'>> {
    const { shipment } = consignment
    const point = await checkPoint(consignment)
    if (point.outcome !== 'ok')
      return {
        ...{ outcome: 'point-unavailable', ranked: [], leftOut: [], weights: undefined },
        inputs: {},
        ...(point.nearest && { offer: point.nearest }),
      }
    const givenUp = await listGivenUp(system, shipment.id)
    return { outcome: 'planned', ...(await choose(consignment, givenUp)) }
  }

  return {
    /**
     * Whether a shipment can go to a point that somebody wants instead, before its booking is given up for that. Its carrier is asked
     * as the point is now.
     */
    checkNewPoint: (input: { shipmentId: string; point: NewPoint }): Promise<NewPointCheck> =>
      heartbeating(async () => {
        const { shipmentId, point } = input
        const shipment = await findShipment(system, shipmentId)
        if (!shipment) throw ApplicationFailure.nonRetryable('No such shipment', 'NotFound')
        const fault = pointFault(await findPoint(system, point), point, shipment)
        if (fault === 'unknown' || fault === 'other-kind' || fault === 'other-city')
          return { outcome: fault }
        return checkAt(point, shipment)
      }),

    /**
     * Asks every carrier, leaves out what cannot be, ranks the rest, and freezes the list with what it was made of.
     * Repeated for the same round it gives the same list.
     */
    planDelivery: ({ shipmentId, round }: { shipmentId: string; round: number }): Promise<Plan> =>
      heartbeating(async () => {
        const consignment = await findConsignment(system, shipmentId)
        if (!consignment) throw ApplicationFailure.nonRetryable('No such shipment', 'NotFound')
        const kept = await findPlan(system, shipmentId, round)
        const plan = kept ?? (await makePlan(consignment))
        const shipment = await keepPlan(system, consignment.shipment, { ...plan, round })
        const { order } = consignment
        const sla: FrozenTerms = shipment.sla ?? DEFAULT_TERMS
        const general: FrozenTerms = { ...sla }
        delete general.byTariff
        return {
          outcome: plan.outcome,
          ...(plan.offer && { offer: plan.offer }),
          candidates: plan.ranked.map(({ rank, carrier, service, promised }) => {
            const terms = termsOfTariff(sla, carrier, service)
            const readyAt = promised.pickupAt
            return { rank, carrier, service, readyAt, ...(terms && { terms }) }
          }),
          ...(shipment.promiseEarliest &&
            shipment.promiseLatest && {
              promise: {
                earliest: shipment.promiseEarliest.toISOString(),
                latest: shipment.promiseLatest.toISOString(),
              },
            }),
          readyAt: plan.ranked[0]?.promised.pickupAt ?? shipment.readyAt.toISOString(),
          terms: general,
          labels: {
            ...{ sellerId: shipment.sellerId, orderId: shipment.orderId },
            ...{ orderNumber: order.number, cityId: shipment.cityId },
          },
        }
      }),
  }
}
