import type { CarrierName } from './faults.ts'

/** Where a parcel is, in the same words for all carriers. */
export const STATES = [
  'booking-pending',
  'booked',
  'courier-assigned',
  'accepted',
  'in-transit',
  'at-destination',
  'ready-for-pickup',
  'out-for-delivery',
  'attempt-failed',
  'exception',
  'delivered',
  'returning',
  'returned',
  'lost',
  'cancelled',
  'rejected',
] as const
export type State = (typeof STATES)[number]

/** A line of the ledger: what a carrier knows of one order, whatever it answered. */
export type Booking = {
  carrier: CarrierName
  /** The carrier's own: CDEK uuid, DPD order number, `del_…`. */
  id: string
  /** The client's: CDEK `number`, DPD `orderNumberInternal`, Uber `idempotency_key`. */
  reference: string
  state: State
  /** As the carrier calls it. */
  rawState: string
  /** Neither cancelled nor refused: a parcel that has been or may yet be carried, and paid for. */
  isLive: boolean
  createdAt: string
  bookedAt?: string
  /** It was refused after it had been taken. */
  rejectedAt?: string
  cancelledAt?: string
  /** It was cancelled, and came back. */
  revivedAt?: string
  trackingNumber?: string
  service: string
  pointCode?: string
  /** Minor units and ISO 4217: what the carrier will ask for it. */
  price: { amount: number; currency: string }
}

/** Hours by which `delay:<hours>` puts the carrier's own estimate off. */
export function delayHours(to: string): number | undefined {
  const [, hours] = /^delay:(\d+)$/.exec(to) ?? []
  return hours === undefined ? undefined : Number(hours)
}

export class UnknownState extends Error {
  override name = 'UnknownState'
}
