import { sql, type Kysely } from 'kysely'
import type {
  CarrierId,
  DeliveryPhase,
  PickupPointKind,
  TrackingStatus,
} from '../../contracts/logistics.ts'
import type { OpenDay, PointState } from '../../domain/logistics/pickup-point.ts'
import type { Database } from '../database.ts'

/** What the buyer may see of a shipment. Instants as PostgreSQL writes them in JSON. */
export type TrackedShipment = {
  phase: DeliveryPhase
  status: TrackingStatus | null
  /** What its carrier says of it, in our words. */
  reason: string | null
  carrier: CarrierId | null
  trackingNumber: string | null
  promiseEarliest: string | null
  promiseLatest: string | null
  eta: string | null
  expectedBy: string | null
  storedUntil: string | null
  createdAt: string
  bookedAt: string | null
  endedAt: string | null
  updatedAt: string
  orderNumber: string
  shopName: string
  cityName: string
  cityNameEn: string
  timeZone: string
  pointKind: PickupPointKind | null
  pointCode: string | null
  /** `null` where it goes to a door, or nothing is known of the point. */
  point: {
    name: string
    address: string
    lat: number
    lon: number
    hours: OpenDay[]
    state: PointState
  } | null
  /** Of the booking that lives, the oldest first. */
  events: { at: string; status: TrackingStatus; reason: string | null; place: string | null }[]
}

/** As the role `storefront`. */
export async function findTracked(
  db: Kysely<Database>,
  shipmentId: string,
): Promise<TrackedShipment | undefined> {
  const { rows } = await sql<{
    tracked: TrackedShipment | null
  }>`select tracked_shipment(${shipmentId}) as tracked`.execute(db)
  return rows[0]?.tracked ?? undefined
}
