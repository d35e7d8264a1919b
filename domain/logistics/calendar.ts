import { addDays, dayOfWeek } from './zone.ts'

/** Days of the week, from Monday (1), on which somebody works, but for the days that differ. */
export type Calendar = {
  days: readonly number[]
  /** By date: `true` is worked though the day of the week says no. */
  exceptions: ReadonlyMap<string, boolean>
}

/** Long enough for any holidays; without a single day that is worked nothing would ever leave. */
const MOST_DAYS = 60

export const isWorked = ({ days, exceptions }: Calendar, date: string): boolean =>
  exceptions.get(date) ?? days.includes(dayOfWeek(date))

/** The day itself, or the first one after it that is worked by all. */
export function firstWorked(date: string, ...calendars: readonly Calendar[]): string {
  let day = date
  for (let tried = 0; tried < MOST_DAYS; tried++) {
    if (calendars.every((calendar) => isWorked(calendar, day))) return day
    day = addDays(day, 1)
  }
  return date
}

/** So many worked days after a day; none is the day itself. */
export function afterWorkedDays(date: string, count: number, calendar: Calendar): string {
  let day = date
  for (let left = count; left > 0; left--) day = firstWorked(addDays(day, 1), calendar)
  return day
}
