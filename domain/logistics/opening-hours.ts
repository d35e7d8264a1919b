import type { OpenDay, OpenException } from './pickup-point.ts'

export type Opening = { hours: readonly OpenDay[]; exceptions: readonly OpenException[] }

/** Of one day, in minutes since its midnight; the end is not part of it. */
export type Minutes = { from: number; to: number }

export const DAY = 1_440

/**
 * When it is open on a date. An exception stands in for the week's hours, and what is open anywhere among exceptions that overlap
 * counts. Hours that end when they begin last all day; those that end before go on after midnight of the next day of the week.
 */
export function openOn({ hours, exceptions }: Opening, date: string): Minutes[] {
  const special = exceptions.filter(({ from, to }) => from <= date && date <= to)
  if (special.length > 0)
    return special.flatMap(({ open }) => {
      const span = open && spanOf(open[0], open[1])
      return span ? [{ from: span.from, to: Math.min(span.to, DAY) }] : []
    })
  return weekMinutes(hours)[weekday(date) - 1]!
}

/** `local` is `YYYY-MM-DDTHH:MM` on the clock of the point. */
export function isOpenAt(opening: Opening, local: string): boolean {
  const minute = minutesOf(local.slice(11))!
  return openOn(opening, local.slice(0, 10)).some(({ from, to }) => from <= minute && minute < to)
}

/** For each day of the week from Monday. */
export function weekMinutes(hours: readonly OpenDay[]): Minutes[][] {
  const week: Minutes[][] = Array.from({ length: 7 }, () => [])
  for (const { day, from, to } of hours) {
    const span = spanOf(from, to)
    if (!span || !Number.isInteger(day) || day < 1 || day > 7) continue
    week[day - 1]!.push({ from: span.from, to: Math.min(span.to, DAY) })
    if (span.to > DAY) week[day % 7]!.push({ from: 0, to: span.to - DAY })
  }
  return week
}

/** 1 is Monday. */
export const weekday = (date: string): number => new Date(`${date}T00:00:00Z`).getUTCDay() || 7

/** Days since 1970 of an ISO date. */
export const dayNumber = (date: string): number => Date.parse(`${date}T00:00:00Z`) / 86_400_000

function spanOf(begin: string, end: string): Minutes | undefined {
  const from = minutesOf(begin)
  const to = minutesOf(end)
  if (from === undefined || to === undefined) return undefined
  // Carriers write the end of a day as its last minute, too.
  const until = to === DAY - 1 ? DAY : to
  return { from, to: until <= from ? until + DAY : until }
}

function minutesOf(time: string): number | undefined {
  const [, hours, minutes] = /^(\d{1,2}):(\d\d)$/.exec(time) ?? []
  const total = Number(hours) * 60 + Number(minutes)
  return total <= DAY && Number(minutes) < 60 ? total : undefined
}
