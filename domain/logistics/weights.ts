/**
 * What a seller cares about, against reference points that do not depend on who competes: a candidate that drops out never
 * changes the order of the others.
 */
export type Weights = {
  price: number
  time: number
  reliability: number
  /** A price that counts as 1. */
  referenceMinor: number
  /** So many hours until delivery count as 1. */
  referenceHours: number
  /** What a delivery that fails or is late costs beside its own price: refund, support, the next carrier. */
  failureMinor: number
}

export const DEFAULT_WEIGHTS: Weights = {
  price: 1,
  time: 0.15,
  reliability: 0.25,
  referenceMinor: 50_000,
  referenceHours: 240,
  failureMinor: 20_000,
}
