import type { PickupPointKind } from '../../contracts/logistics.ts'
import { checkPoint, type PointVerdict } from './check-point.ts'
import type { Parcel } from './parcel.ts'
import type { PickupPoint } from './pickup-point.ts'

/** Why a shipment cannot go to a point that somebody wants. */
export type PointFault = 'unknown' | 'other-kind' | 'other-city' | Exclude<PointVerdict, 'ok'>

export type Wanted = { kind: PickupPointKind }
export type Destined = { cityId: string; parcels: readonly Parcel[] }

/** @param point as its carrier told of it last; `undefined` where it has no such point */
export function pointFault(
  point: (PickupPoint & { cityId: string | null }) | undefined,
  { kind }: Wanted,
  { cityId, parcels }: Destined,
): PointFault | undefined {
  if (!point) return 'unknown'
  if (point.kind !== kind) return 'other-kind'
  if (point.cityId !== cityId) return 'other-city'
  const verdict = checkPoint(point, parcels)
  return verdict === 'ok' ? undefined : verdict
}
