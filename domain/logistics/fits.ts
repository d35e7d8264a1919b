import type { PickupPointKind } from '../../contracts/logistics.ts'
import type { Parcel } from './parcel.ts'
import type { Cell, PointLimits } from './pickup-point.ts'

/** Edges of a box in millimetres, the longest first: two boxes compared so are compared as they fit best. */
export type Edges = readonly [number, number, number]

export const edgesOf = ({ lengthMm, widthMm, heightMm }: Cell): Edges =>
  [lengthMm, widthMm, heightMm].toSorted((a, b) => b - a) as [number, number, number]

/** Whether a box goes into another with its edges along the other's, turned in any way; touching is fine. */
export function fitsInto(parcel: Cell, cell: Cell): boolean {
  const room = edgesOf(cell)
  return edgesOf(parcel).every((edge, at) => edge <= room[at]!)
}

/** What must hold of a point's limits for all parcels to be taken. */
export type Demand = {
  parcels: number
  heaviestG: number
  totalWeightG: number
  greatestSumMm: number
  /** One cell must do for each, not one for all. */
  boxes: readonly Edges[]
}

/** A locker opens one cell for a shipment (CDEK: `error_validate_postamat_package_count`) unless its carrier says otherwise. */
export const mostParcels = (kind: PickupPointKind, { maxParcels }: PointLimits): number =>
  maxParcels ?? (kind === 'locker' ? 1 : Infinity)

export function demandOf(parcels: readonly Parcel[]): Demand {
  const weights = parcels.map(({ weightG }) => weightG)
  const boxes = parcels.map(edgesOf)
  return {
    parcels: parcels.length,
    heaviestG: Math.max(0, ...weights),
    totalWeightG: weights.reduce((sum, weight) => sum + weight, 0),
    greatestSumMm: Math.max(0, ...boxes.map(([a, b, c]) => a + b + c)),
    boxes: smallestCover(boxes),
  }
}

/** What goes wherever another box of the same shipment goes need not be asked for. */
const smallestCover = (boxes: readonly Edges[]): Edges[] =>
  boxes.filter(
    (box, at) =>
      !boxes.some(
        (other, otherAt) =>
          otherAt !== at &&
          box.every((edge, n) => edge <= other[n]!) &&
          (otherAt < at || box.some((edge, n) => edge < other[n]!)),
      ),
  )

export type Misfit = 'too-many' | 'too-heavy' | 'too-big'

/** Why a point does not take these parcels; `undefined` when it does. */
export function misfitOf(
  parcels: readonly Parcel[],
  { kind, limits }: { kind: PickupPointKind; limits: PointLimits },
): Misfit | undefined {
  const {
    maxWeightG = Infinity,
    maxShipmentWeightG = Infinity,
    maxSumMm = Infinity,
    cells,
  } = limits
  const demand = demandOf(parcels)
  if (demand.parcels > mostParcels(kind, limits)) return 'too-many'
  if (demand.heaviestG > maxWeightG || demand.totalWeightG > maxShipmentWeightG) return 'too-heavy'
  if (demand.greatestSumMm > maxSumMm) return 'too-big'
  const isHeld = (parcel: Parcel) => cells!.some((cell) => fitsInto(parcel, cell))
  return cells && cells.length > 0 && !parcels.every(isHeld) ? 'too-big' : undefined
}
