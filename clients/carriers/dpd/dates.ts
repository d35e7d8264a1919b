import { instantOf } from '../lenient.ts'

/** DPD's days and times are Moscow's, which has kept +03:00 all year since 2014. */
export const MOSCOW = '+03:00'
const MOSCOW_MS = 3 * 60 * 60_000

/** The day in Moscow as `2025-01-31`. */
export const moscowDay = (instant: string): string =>
  new Date(Date.parse(instant) + MOSCOW_MS).toISOString().slice(0, 10)

/** «2025-01-31T10:00:00», on the wire without an offset, in ISO 8601 and UTC; `undefined` for anything else. */
export function instantOfDpd(value: string): string | undefined {
  const known = instantOf(value)
  if (known) return known
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?$/.test(value)
    ? instantOf(`${value}${MOSCOW}`)
    : undefined
}
