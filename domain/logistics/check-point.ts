import { misfitOf } from './fits.ts'
import type { Parcel } from './parcel.ts'
import type { PickupPoint } from './pickup-point.ts'

/** Whether a shipment can still go to a point. */
export type PointVerdict = 'ok' | 'closed' | 'full' | 'too-big'

/** `undefined`: its carrier has no such point any more. */
export function checkPoint(
  point: Pick<PickupPoint, 'state' | 'kind' | 'limits'> | undefined,
  parcels: readonly Parcel[],
): PointVerdict {
  if (!point || point.state === 'closed') return 'closed'
  if (misfitOf(parcels, point)) return 'too-big'
  return point.state === 'full' ? 'full' : 'ok'
}
