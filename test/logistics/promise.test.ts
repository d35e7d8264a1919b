import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { firstWorked, isWorked, type Calendar } from '../../domain/logistics/calendar.ts'
import {
  endOfDay,
  promiseOf,
  readyAtMs,
  type PromiseInput,
} from '../../domain/logistics/promise.ts'
import { instantOf, localOf } from '../../domain/logistics/zone.ts'

const holidays = new Map([
  ['2026-11-04', false],
  // A Saturday that is worked.
  ['2026-11-28', true],
])
const weekdays: Calendar = { days: [1, 2, 3, 4, 5], exceptions: holidays }
const always: Calendar = { days: [1, 2, 3, 4, 5, 6, 7], exceptions: new Map() }
const warehouse = {
  ...{ zone: 'Europe/Moscow', cutoff: '15:00', handlingMs: 0 },
  calendar: { days: [1, 2, 3, 4, 5], exceptions: new Map<string, boolean>() },
}
const input = (more: Partial<PromiseInput> = {}): PromiseInput => ({
  readyMs: Date.parse('2026-11-26T09:00:00Z'),
  warehouse,
  carrier: { cutoff: '18:00', pickup: warehouse.calendar, transit: always, delivery: always },
  working: weekdays,
  transit: { unit: 'calendar-days', min: 1, max: 2 },
  destination: { zone: 'Europe/Moscow' },
  bufferMs: 0,
  ...more,
})

describe('when a warehouse has it ready', () => {
  const ready = (from: string) => new Date(readyAtMs(Date.parse(from), warehouse)).toISOString()

  it('is at once before its cut-off, on the clock of its own zone', () => {
    expect(ready('2026-11-26T11:59:00Z')).toBe('2026-11-26T11:59:00.000Z')
  })
  it('is the next morning after it', () => {
    expect(ready('2026-11-26T12:01:00Z')).toBe('2026-11-27T06:00:00.000Z')
  })
  it('is Monday for what comes on a Saturday', () => {
    expect(ready('2026-11-28T08:00:00Z')).toBe('2026-11-30T06:00:00.000Z')
  })
})

describe('the promise', () => {
  it('counts calendar days from the day on which the carrier fetches', () => {
    expect(promiseOf(input())).toMatchObject({
      shipsOn: '2026-11-26',
      earliest: '2026-11-27T06:00:00.000Z',
      latest: '2026-11-28T19:00:00.000Z',
    })
  })

  it("ships a day later after the carrier's cut-off, skipping its days off", () => {
    const { shipsOn } = promiseOf(input({ readyMs: Date.parse('2026-11-27T15:30:00Z') }))
    expect(shipsOn).toBe('2026-11-30')
  })

  it('counts working days by the official calendar, with the Saturday that is worked', () => {
    const transit = { unit: 'working-days', min: 1, max: 3 } as const
    const promised = promiseOf(input({ transit }))
    expect(promised.earliest.slice(0, 10)).toBe('2026-11-27')
    expect(promised.latest.slice(0, 10)).toBe('2026-11-30')
  })

  it('takes the instants of a courier as they are', () => {
    const [earliest, latest] = ['2026-11-26T10:00:00.000Z', '2026-11-26T11:00:00.000Z']
    const promised = promiseOf(input({ transit: { unit: 'instant', earliest, latest } }))
    expect(promised).toMatchObject({ earliest, latest })
  })

  it('waits until the point is open, and until it closes', () => {
    const hours = [
      { day: 1, from: '10:00', to: '14:00' },
      { day: 1, from: '15:00', to: '20:00' },
    ]
    const destination = { zone: 'Europe/Moscow', opening: { hours, exceptions: [] } }
    expect(promiseOf(input({ destination }))).toMatchObject({
      earliest: '2026-11-30T07:00:00.000Z',
      latest: '2026-11-30T17:00:00.000Z',
    })
    const holiday = { from: '2026-11-30', to: '2026-11-30' }
    const special = { from: '2026-12-01', to: '2026-12-01', open: ['12:00', '16:00'] as const }
    const exceptions = [holiday, { ...special, open: [...special.open] as [string, string] }]
    expect(
      promiseOf(input({ destination: { zone: 'Europe/Moscow', opening: { hours, exceptions } } })),
    ).toMatchObject({ earliest: '2026-12-01T09:00:00.000Z', latest: '2026-12-01T13:00:00.000Z' })
  })

  it('is fetched at once, or in the morning of the next day on which the carrier does', () => {
    const fetched = (readyAt: string) => promiseOf(input({ readyMs: Date.parse(readyAt) })).pickupAt
    expect(fetched('2026-11-26T09:00:00Z')).toBe('2026-11-26T09:00:00.000Z')
    expect(fetched('2026-11-25T22:00:00Z')).toBe('2026-11-26T06:00:00.000Z')
    expect(fetched('2026-11-27T15:30:00Z')).toBe('2026-11-30T06:00:00.000Z')
  })

  it('ends in the evening of the zone where it arrives', () => {
    const destination = { zone: 'Asia/Vladivostok' }
    expect(promiseOf(input({ destination })).latest).toBe('2026-11-28T12:00:00.000Z')
  })

  it('ends on its own day where the point is open round the clock, or until midnight', () => {
    const week = [1, 2, 3, 4, 5, 6, 7]
    for (const [from, to] of [
      ['00:00', '23:59'],
      ['00:00', '00:00'],
      ['09:00', '24:00'],
    ] as const) {
      const hours = week.map((day) => ({ day, from, to }))
      const destination = { zone: 'Europe/Moscow', opening: { hours, exceptions: [] } }
      expect(promiseOf(input({ destination })).latest).toBe('2026-11-28T20:59:00.000Z')
    }
  })

  it('keeps what the carrier says apart from the buffer', () => {
    const promised = promiseOf(input({ bufferMs: 30 * 3_600_000 }))
    expect(promised.advertisedLatest).toBe('2026-11-28T19:00:00.000Z')
    expect(promised.latest).toBe('2026-11-30T19:00:00.000Z')
  })

  it('is never before it is ready, nor ends before it begins, whatever the calendars', () => {
    const days = fc.subarray([1, 2, 3, 4, 5, 6, 7], { minLength: 1 })
    const calendar = days.map((days): Calendar => ({ days, exceptions: holidays }))
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 400 * 24 * 60 }),
        ...([calendar, calendar, calendar] as const),
        fc.integer({ min: 0, max: 9 }),
        fc.integer({ min: 0, max: 9 }),
        fc.constantFrom('working-days' as const, 'calendar-days' as const),
        (minutes, pickup, transit, delivery, min, more, unit) => {
          const readyMs = Date.parse('2026-01-01T00:00:00Z') + minutes * 60_000
          const promised = promiseOf(
            input({
              readyMs,
              warehouse: { ...warehouse, calendar: always },
              carrier: { cutoff: '18:00', pickup, transit, delivery },
              transit: { unit, min, max: min + more },
            }),
          )
          expect(promised.latest >= promised.earliest).toBe(true)
          expect(Date.parse(promised.latest)).toBeGreaterThan(readyMs - 24 * 3_600_000)
          expect(isWorked(pickup, promised.shipsOn)).toBe(true)
          const day = localOf(Date.parse(promised.latest), 'Europe/Moscow').date
          expect(firstWorked(day, delivery)).toBe(day)
        },
      ),
      { seed: 8, numRuns: 500 },
    )
  })
})

describe('what a carrier expects on a day is there', () => {
  const by = (date: string, zone: string, promiseLatest?: string) =>
    new Date(
      endOfDay(date, {
        destination: { zone },
        promiseLatestMs: promiseLatest === undefined ? undefined : Date.parse(promiseLatest),
      }),
    ).toISOString()

  it('by the evening of that day where it goes, which is not the evening of Moscow', () => {
    expect(by('2026-12-01', 'Europe/Moscow')).toBe('2026-12-01T19:00:00.000Z')
    expect(by('2026-12-01', 'Asia/Novosibirsk')).toBe('2026-12-01T15:00:00.000Z')
  })

  it('by the hour that was promised, on the day that was promised where it goes', () => {
    const promised = '2026-12-01T10:00:00.000Z'
    expect(by('2026-12-01', 'Europe/Moscow', promised)).toBe(promised)
    expect(by('2026-12-02', 'Europe/Moscow', promised)).toBe('2026-12-02T19:00:00.000Z')
    const early = '2026-11-30T20:00:00.000Z'
    expect(by('2026-12-01', 'Asia/Novosibirsk', early)).toBe(early)
  })
})

describe('clocks of zones', () => {
  it('are read back as they were set, where no clock is changed', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 700 * 24 * 60 }),
        fc.constantFrom('Europe/Moscow', 'Asia/Vladivostok', 'Asia/Kolkata', 'UTC'),
        (minutes, zone) => {
          const at = Date.parse('2026-01-01T00:00:00Z') + minutes * 60_000
          expect(instantOf(localOf(at, zone), zone)).toBe(at)
        },
      ),
      { seed: 8, numRuns: 300 },
    )
  })
})
