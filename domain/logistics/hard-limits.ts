import type { CarrierId, PickupPointKind } from '../../contracts/logistics.ts'
import type { Parcel } from './parcel.ts'
import type { LeftOut } from './rank.ts'

export type Offer = {
  carrier: CarrierId
  service: string
  mode: string
  priceMinor: number
  currency: string
}
export type HardLimits = {
  parcels: readonly Parcel[]
  currency: string
  /** Of the goods, where it is known. */
  units?: number
  /** The point that the buyer chose: no other carrier serves it. */
  point?: { carrier: CarrierId; kind: PickupPointKind }
  /** The seller's: only these carriers, no more than this. */
  carriers?: readonly CarrierId[]
  maxPriceMinor?: number
}

/** Of one parcel, in grams: tariff table and error `error_validate_postamat_package_weight` of CDEK's manual. */
const CDEK_HEAVIEST_G = 50_000
const CDEK_LOCKER_HEAVIEST_G = 15_000

/** @returns why it cannot be, or nothing */
export function leftOutBy(offer: Offer, limits: HardLimits): LeftOut['why'] | undefined {
  const { parcels, point } = limits
  if (limits.carriers && !limits.carriers.includes(offer.carrier)) return 'policy'
  if (offer.currency !== limits.currency) return 'other-currency'
  if (limits.maxPriceMinor !== undefined && offer.priceMinor > limits.maxPriceMinor)
    return 'too-expensive'
  const toPoint = offer.mode.endsWith('point')
  if (point ? point.carrier !== offer.carrier || !toPoint : toPoint) return 'other-point'
  if (offer.carrier === 'cdek') {
    // Each parcel of an online shop's order wants goods in it (`packages[].items`).
    if (limits.units !== undefined && parcels.length > limits.units) return 'too-many-parcels'
    const isLocker = point?.kind === 'locker'
    if (isLocker && parcels.length > 1) return 'too-many-parcels'
    const heaviest = isLocker ? CDEK_LOCKER_HEAVIEST_G : CDEK_HEAVIEST_G
    if (parcels.some(({ weightG }) => weightG > heaviest)) return 'too-heavy'
  }
  return undefined
}
