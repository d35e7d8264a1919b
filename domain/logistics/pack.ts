import type { Parcel } from './parcel.ts'

export type PackedLine = {
  quantity: number
  weightG: number | null
  lengthMm: number | null
  widthMm: number | null
  heightMm: number | null
}

/**
 * One parcel with everything in it, each unit on its largest side, one on the other.
 * @returns `undefined` when something has no weight: a guess would be billed anew by the carrier
 */
export function packAll(lines: readonly PackedLine[]): Parcel | undefined {
  const parcel: Parcel = { weightG: 0, lengthMm: 0, widthMm: 0, heightMm: 0 }
  for (const { quantity, weightG, ...sizes } of lines) {
    if (!weightG) return undefined
    const [length = 0, width = 0, height = 0] = [sizes.lengthMm, sizes.widthMm, sizes.heightMm]
      .map((size) => size || UNKNOWN_SIDE_MM)
      .sort((a, b) => b - a)
    parcel.weightG += weightG * quantity
    parcel.lengthMm = Math.max(parcel.lengthMm, length)
    parcel.widthMm = Math.max(parcel.widthMm, width)
    parcel.heightMm += height * quantity
  }
  return parcel
}

const UNKNOWN_SIDE_MM = 100
