/** What Excel shows a serial number as. */
export type DateKind = 'date' | 'time'

/**
 * Excel's serial number as ISO 8601: `2026-11-23`, with a time of day `2026-11-23T10:30:00`, of a format without a date
 * `10:30:00`. Undefined for what is no date there. The 1900 system counts a 29 February 1900 that never was (ECMA-376
 * part 1, 18.17.4.1); it is given as Excel shows it.
 */
export function isoOfSerial(serial: number, kind: DateKind, is1904: boolean): string | undefined {
  if (!(serial >= 0) || serial >= FIRST_BEYOND - (is1904 ? DAYS_TO_1904 : 0)) return undefined
  const milliseconds = Math.round(serial * DAY_MS)
  const days = Math.floor(milliseconds / DAY_MS)
  const time = timeOf(milliseconds - days * DAY_MS)
  if (kind === 'time' && days === 0) return time
  const date = dateOf(days, is1904)
  return time === '00:00:00' ? date : `${date}T${time}`
}

function dateOf(days: number, is1904: boolean): string {
  if (is1904) return isoDate(days + DAYS_TO_1904)
  if (days === LEAP_DAY) return '1900-02-29'
  return isoDate(days < LEAP_DAY ? days + 1 : days)
}

/** Days since 30 December 1899. */
function isoDate(days: number): string {
  return new Date(EPOCH_MS + days * DAY_MS).toISOString().slice(0, 10)
}

function timeOf(milliseconds: number): string {
  const text = new Date(milliseconds).toISOString().slice(11, 23)
  return text.endsWith('.000') ? text.slice(0, 8) : text
}

const DAY_MS = 86_400_000
const EPOCH_MS = Date.UTC(1899, 11, 30)
const LEAP_DAY = 60
const DAYS_TO_1904 = 1_462
/** 1 January 10000. */
const FIRST_BEYOND = 2_958_466
