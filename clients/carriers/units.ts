import type { Money, Parcel } from '../../domain/logistics/parcel.ts'

/** Of rubles and the other currencies here; all have two digits. */
export const minorOf = (major: number) => Math.round(major * 100)
export const majorOf = ({ amount }: Money) => amount / 100

/** Whole centimetres, never less than it is. */
export const cmOf = (mm: number) => Math.max(1, Math.ceil(mm / 10))
export const mmOf = (cm: number) => Math.round(cm * 10)
export const kgOf = (grams: number) => grams / 1000
export const gramsOf = (kg: number) => Math.round(kg * 1000)

export const weightOf = (parcels: readonly Parcel[]) =>
  parcels.reduce((sum, { weightG }) => sum + weightG, 0)

/** The sizes are known; without them nobody can say whether it fits into a cell. */
export const isMeasured = ({ lengthMm, widthMm, heightMm }: Parcel) =>
  lengthMm > 0 && widthMm > 0 && heightMm > 0
