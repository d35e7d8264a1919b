import { describe, expect, it } from 'vitest'
import { describeHours } from '../../domain/logistics/describe-hours.ts'
import { isOpenAt } from '../../domain/logistics/opening-hours.ts'
import type { OpenDay, OpenException } from '../../domain/logistics/pickup-point.ts'

const days = (numbers: number[], from: string, to: string): OpenDay[] =>
  numbers.map((day) => ({ day, from, to }))
const WEEK = [1, 2, 3, 4, 5, 6, 7]
const open = (hours: OpenDay[], at: string, exceptions: OpenException[] = []) =>
  isOpenAt({ hours, exceptions }, at)

describe('a point is open', () => {
  // 2026-11-26 is a Thursday.
  const hours = days([1, 2, 3, 4, 5], '09:00', '21:00')

  it.each([
    ['2026-11-26T08:59', false],
    ['2026-11-26T09:00', true],
    ['2026-11-26T20:59', true],
    ['2026-11-26T21:00', false],
    ['2026-11-28T12:00', false],
    ['2026-11-30T12:00', true],
  ])('or not, at %s', (at, isOpen) => {
    expect(open(hours, at)).toBe(isOpen)
  })

  it('after midnight, where it closes then, on the day after too', () => {
    const late = days([7], '20:00', '02:00')
    expect(open(late, '2026-11-29T23:59')).toBe(true)
    expect(open(late, '2026-11-30T01:59')).toBe(true)
    expect(open(late, '2026-11-30T02:00')).toBe(false)
    expect(open(late, '2026-11-29T01:00')).toBe(false)
  })

  it.each([
    ['00:00', '24:00'],
    ['00:00', '00:00'],
    ['00:00', '23:59'],
  ])('around the clock from %s to %s', (from, to) => {
    for (const time of ['00:00', '12:00', '23:59'])
      expect(open(days(WEEK, from, to), `2026-11-26T${time}`)).toBe(true)
  })

  it('by its exceptions on their dates, both ends included', () => {
    const holidays: OpenException[] = [
      { from: '2026-12-31', to: '2027-01-02' },
      { from: '2027-01-03', to: '2027-01-03', open: ['10:00', '15:00'] },
    ]
    const at = (text: string) => open(days(WEEK, '09:00', '21:00'), text, holidays)
    expect(at('2026-12-30T12:00')).toBe(true)
    expect(at('2026-12-31T12:00')).toBe(false)
    expect(at('2027-01-02T12:00')).toBe(false)
    expect(at('2027-01-03T09:30')).toBe(false)
    expect(at('2027-01-03T14:59')).toBe(true)
    expect(at('2027-01-04T09:30')).toBe(true)
  })

  it('never where nothing sensible is said', () => {
    expect(open([{ day: 9, from: '09:00', to: '21:00' }], '2026-11-26T12:00')).toBe(false)
    expect(open(days(WEEK, 'с утра', '26:00'), '2026-11-26T12:00')).toBe(false)
  })
})

describe('hours in words', () => {
  it.each([
    [days(WEEK, '09:00', '21:00'), 'Ежедневно 09:00–21:00', 'Daily 09:00–21:00'],
    [days(WEEK, '00:00', '24:00'), 'Круглосуточно', 'Around the clock'],
    [
      [...days([1, 2, 3, 4, 5], '09:00', '21:00'), ...days([6, 7], '10:00', '18:00')],
      'Пн–Пт 09:00–21:00, Сб, Вс 10:00–18:00',
      'Mon–Fri 09:00–21:00, Sat, Sun 10:00–18:00',
    ],
    [
      [...days([1, 2, 3], '09:00', '13:00'), ...days([1, 2, 3], '14:00', '18:00')],
      'Пн–Ср 09:00–13:00, 14:00–18:00, Чт–Вс выходной',
      'Mon–Wed 09:00–13:00, 14:00–18:00, Thu–Sun closed',
    ],
    [[], 'Часы работы не указаны', 'Opening hours are not given'],
  ])('%#', (hours, ru, en) => {
    expect(describeHours(hours, 'ru')).toBe(ru)
    expect(describeHours(hours, 'en')).toBe(en)
  })
})
