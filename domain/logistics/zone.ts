/** A day and the minutes since its midnight, on the clock of a zone. */
export type Local = { date: string; minutes: number }

export const MINUTE_MS = 60_000
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS

const formats = new Map<string, Intl.DateTimeFormat>()

/** @param zone of the IANA database: `Asia/Novosibirsk` */
export function localOf(atMs: number, zone: string): Local {
  const parts: Record<string, string> = {}
  for (const { type, value } of formatOf(zone).formatToParts(atMs)) parts[type] = value
  return {
    date: `${parts['year']}-${parts['month']}-${parts['day']}`,
    minutes: Number(parts['hour']) * 60 + Number(parts['minute']),
  }
}

/** The instant at which a clock of the zone shows it; where a clock is put forward over it, the first one after. */
export function instantOf({ date, minutes }: Local, zone: string): number {
  const asUtc = Date.parse(`${date}T00:00:00Z`) + minutes * MINUTE_MS
  // The offset of the guess is that of the answer, but near a change of clocks: hence the second look.
  const guess = asUtc - offsetOf(asUtc, zone)
  return asUtc - offsetOf(guess, zone)
}

/** @param clock `HH:MM` */
export const minutesOf = (clock: string): number =>
  Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5))

export const addDays = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10)

/** From Monday (1) to Sunday (7). */
export const dayOfWeek = (date: string): number => new Date(`${date}T00:00:00Z`).getUTCDay() || 7

function offsetOf(atMs: number, zone: string): number {
  const { date, minutes } = localOf(atMs, zone)
  const shown = Date.parse(`${date}T00:00:00Z`) + minutes * MINUTE_MS
  return shown - Math.floor(atMs / MINUTE_MS) * MINUTE_MS
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known) return known
  const made = new Intl.DateTimeFormat('en-CA', {
    ...{ timeZone: zone, hourCycle: 'h23' },
    ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' },
  })
  formats.set(zone, made)
  return made
}
