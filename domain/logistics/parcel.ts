/** Grams and millimetres: adapters turn them into what their carrier counts in. */
export type Parcel = { weightG: number; lengthMm: number; widthMm: number; heightMm: number }

/** Minor units and ISO 4217. */
export type Money = { amount: number; currency: string }
