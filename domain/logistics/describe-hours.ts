import { DAY, weekMinutes, type Minutes } from './opening-hours.ts'
import type { OpenDay } from './pickup-point.ts'

const WORDS = {
  ru: {
    days: ['Пн', 'Вт', 'Ср', 'Чт', 'Пт', 'Сб', 'Вс'],
    daily: 'Ежедневно',
    allDay: 'круглосуточно',
    always: 'Круглосуточно',
    closed: 'выходной',
    unknown: 'Часы работы не указаны',
  },
  en: {
    days: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'],
    daily: 'Daily',
    allDay: 'around the clock',
    always: 'Around the clock',
    closed: 'closed',
    unknown: 'Opening hours are not given',
  },
}

/** `Пн–Пт 09:00–21:00, Сб 10:00–18:00, Вс выходной`: the week in as few words as it takes. */
export function describeHours(hours: readonly OpenDay[], language: 'ru' | 'en'): string {
  const words = WORDS[language]
  const week = weekMinutes(hours).map((day) => describeDay(joined(day), words))
  if (week.every((day) => day === words.closed)) return words.unknown
  if (week.every((day) => day === week[0]))
    return week[0] === words.allDay ? words.always : `${words.daily} ${week[0]}`
  const runs: { first: number; last: number; text: string }[] = []
  for (const [at, text] of week.entries()) {
    const run = runs.at(-1)
    if (run?.text === text) run.last = at
    else runs.push({ first: at, last: at, text })
  }
  return runs
    .map(({ first, last, text }) => `${daysOf(first, last, words.days)} ${text}`)
    .join(', ')
}

function daysOf(first: number, last: number, names: readonly string[]): string {
  if (first === last) return names[first]!
  return `${names[first]}${last - first === 1 ? ', ' : '–'}${names[last]}`
}

const describeDay = (spans: Minutes[], { allDay, closed }: (typeof WORDS)['ru']): string => {
  if (spans.length === 0) return closed
  if (spans.some(({ from, to }) => from === 0 && to === DAY)) return allDay
  return spans.map(({ from, to }) => `${clock(from)}–${clock(to)}`).join(', ')
}

function joined(spans: readonly Minutes[]): Minutes[] {
  const all: Minutes[] = []
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    const last = all.at(-1)
    if (last && span.from <= last.to) last.to = Math.max(last.to, span.to)
    else all.push({ ...span })
  }
  return all
}

const clock = (minutes: number) =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
