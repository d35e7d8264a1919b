import { z } from 'zod'
import type { CarrierPoint } from '../carrier.ts'
import { maybe, several, text } from '../lenient.ts'

export const schedules = several(
  z.object({
    operation: maybe(text),
    timetable: several(z.object({ weekDays: text, workTime: text })),
  }),
)
export type Schedule = z.infer<typeof schedules>[number]

const DAYS = ['пн', 'вт', 'ср', 'чт', 'пт', 'сб', 'вс']

/** When one of a point's doings is possible; a point that does not tell is open whenever any of them is. */
export function hoursOf(all: readonly Schedule[], operation: string): CarrierPoint['hours'] {
  const wanted = all.filter((one) => one.operation === operation)
  const hours = (wanted.length > 0 ? wanted : all.slice(0, 1))
    .flatMap(({ timetable }) => timetable)
    .flatMap(({ weekDays, workTime }) =>
      daysOf(weekDays).flatMap((day) => spansOf(workTime).map((span) => ({ day, ...span }))),
    )
  return hours.sort((one, other) => one.day - other.day || one.from.localeCompare(other.from))
}

/** «Пн,Вт» or «Пн-Пт»; from Monday (1). */
export function daysOf(weekDays: string): number[] {
  return weekDays.split(',').flatMap((part) => {
    const [first, last] = part.split('-').map((day) => DAYS.indexOf(day.trim().toLowerCase()) + 1)
    if (!first) return []
    if (last === undefined) return [first]
    return last >= first ? Array.from({ length: last - first + 1 }, (_, step) => first + step) : []
  })
}

/** «10:00 - 21:00», «круглосуточно», «выходной»; with a break there are two spans. */
export function spansOf(workTime: string): { from: string; to: string }[] {
  if (/круглосуточно/i.test(workTime)) return [{ from: '00:00', to: '23:59' }]
  return [...workTime.matchAll(/(\d{1,2}:\d\d)\s*-\s*(\d{1,2}:\d\d)/g)].map(([, from, to]) => ({
    from: from!.padStart(5, '0'),
    to: to!.padStart(5, '0'),
  }))
}
