import type { BookingKey, CarrierQuote } from '../../clients/carriers/carrier.ts'
import type { AttemptRow } from '../../db/logistics/attempts.ts'

/** By which its carrier finds it. @param parcelCount of its shipment, where what is asked is told of each parcel */
export const keyOf = (
  { reference, readyAt, carrierRef, mode, createdAt }: AttemptRow,
  parcelCount?: number,
): BookingKey => ({
  ...{ reference, readyAt: readyAt.toISOString(), askedAt: createdAt.toISOString() },
  mode: mode as CarrierQuote['mode'],
  ...(carrierRef !== null && { carrierId: carrierRef }),
  ...(parcelCount !== undefined && { parcelCount }),
})
