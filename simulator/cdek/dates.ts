/** `2026-11-26T09:46:13+0000`: without milliseconds and without a colon in the offset. */
export const cdekInstant = (at: number) => `${new Date(at).toISOString().slice(0, 19)}+0000`

/** `2026-11-26`. */
export const cdekDate = (at: number) => new Date(at).toISOString().slice(0, 10)

export const DAY_MS = 24 * 3_600_000

/** How many calendar days so many working days take: Saturdays and Sundays do not count. */
export function calendarDays(workingDays: number, from: number): number {
  let days = 0
  for (let left = workingDays; left > 0;) {
    days++
    const weekday = new Date(from + days * DAY_MS).getUTCDay()
    if (weekday !== 0 && weekday !== 6) left--
  }
  return days
}
