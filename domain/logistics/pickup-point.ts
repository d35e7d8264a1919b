import type { CarrierId, PickupPointKind } from '../../contracts/logistics.ts'

/** A pickup point as its carrier described it last; the carriers' port gives it in this shape. */
export type PickupPoint = {
  carrier: CarrierId
  code: string
  kind: PickupPointKind
  name: string
  cityCode: string
  cityName: string
  address: string
  lat: number
  lon: number
  state: PointState
  hours: OpenDay[]
  exceptions: OpenException[]
  limits: PointLimits
  payment: { cash: boolean; card: boolean }
  takesBack: boolean
}

export type PointState = 'open' | 'full' | 'closed'
/** `day`: 1 is Monday. `HH:MM` of the point's own clock; till midnight is `24:00`. */
export type OpenDay = { day: number; from: string; to: string }
/** ISO dates, both ends included; without `open` it is closed. */
export type OpenException = { from: string; to: string; open?: [string, string] }

export type Cell = { lengthMm: number; widthMm: number; heightMm: number }
/** What is absent has no limit that the carrier tells of. */
export type PointLimits = {
  maxWeightG?: number
  /** One of these must hold it, turned in any way. */
  cells?: Cell[]
  /** Length, width and height of one parcel added up. */
  maxSumMm?: number
  maxParcels?: number
  /** Of all parcels of a shipment. */
  maxShipmentWeightG?: number
}

/** `cdek:MSK123`: what an order names as its pickup point. */
export type PointId = `${CarrierId}:${string}`
export type PointKey = { carrier: CarrierId; code: string }

export const pointIdOf = ({ carrier, code }: PointKey): PointId => `${carrier}:${code}`

/** Absent when the text names no point of a carrier that has points. */
export function parsePointId(text: string): PointKey | undefined {
  const [, carrier, code] = /^(cdek|dpd):(.{1,64})$/su.exec(text) ?? []
  return carrier && code ? { carrier: carrier as CarrierId, code } : undefined
}
