import { logisticsQueue, type CarrierId, type PickupPointKind } from './logistics.ts'

export const pickupPointsQueue = logisticsQueue

/** Carriers that have points at all. */
export const carriersWithPoints = ['cdek', 'dpd'] as const satisfies CarrierId[]

/** `full`: points that are new or gone, too; `states`: what has become of those that are known. */
export type PointsSyncScope = 'full' | 'states'

export const pointsScheduleId = (carrier: CarrierId, scope: PointsSyncScope) =>
  `pickup-points:${carrier}:${scope}`
export const pointsSyncWorkflowId = (carrier: CarrierId, scope: PointsSyncScope) =>
  `pickup-points:${carrier}:${scope}`

export const syncPickupPoints = 'syncPickupPoints'
export type SyncPickupPointsInput = {
  carrier: CarrierId
  scope: PointsSyncScope
  /** A person has looked: the list is right although it takes much away. */
  confirmClosure?: boolean
}
export type SyncPickupPoints = (input: SyncPickupPointsInput) => Promise<PointsSyncResult>

export type PointsRead = {
  points: number
  /** Without coordinates, an address or a code: nobody could be sent there. */
  unusable: number
}
export type PointsApplied =
  | {
      outcome: 'applied'
      created: number
      changed: number
      gone: number
    }
  /** It would take too many points away: everything stays as it was until a person says so. */
  | { outcome: 'held'; known: number; missing: number; closing: number }
export type PointsSyncResult = PointsRead & (PointsApplied | { outcome: 'no-points' })

/** Whether parcels can still go to a point, as its carrier says now. No address is in it: ids lead there. */
export type PointCheck =
  | { outcome: 'ok' }
  | {
      outcome: 'closed' | 'full' | 'too-big'
      /** Open and large enough, of the same carrier where there is one; absent where there is none within 20 km. */
      nearest?: { carrier: CarrierId; code: string; kind: PickupPointKind; distanceM: number }
    }
export type CheckPickupPointInput = {
  carrier: CarrierId
  code: string
  parcels: { weightG: number; lengthMm: number; widthMm: number; heightMm: number }[]
}
