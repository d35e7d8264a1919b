import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Calendar } from '../../domain/logistics/calendar.ts'
import type { Way } from '../../domain/logistics/promise.ts'
import { isAwaited, replan, type ReplanView } from '../../domain/logistics/replan.ts'
import { DAY_MS, HOUR_MS, localOf } from '../../domain/logistics/zone.ts'
import { TRACKING_STATUSES } from '../../domain/logistics/tracking-status.ts'

const zone = 'Europe/Moscow'
const always: Calendar = { days: [1, 2, 3, 4, 5, 6, 7], exceptions: new Map() }
const weekdays: Calendar = { days: [1, 2, 3, 4, 5], exceptions: new Map() }
const way = (more: Partial<Way> = {}): Way => ({
  carrier: { transit: always, delivery: always },
  working: weekdays,
  transit: { unit: 'calendar-days', min: 2, max: 4 },
  destination: { zone },
  bufferMs: 0,
  ...more,
})
/** Promised until Monday evening, and late on Tuesday at noon. */
const view = (more: Partial<ReplanView> = {}): ReplanView => ({
  ...{ why: 'late', status: 'in-transit', way: way() },
  nowMs: Date.parse('2026-12-01T09:00:00Z'),
  promiseLatestMs: Date.parse('2026-11-30T19:00:00Z'),
  leftMs: Date.parse('2026-11-26T12:00:00Z'),
  ...more,
})
const at = (instant: string) => Date.parse(instant)
const told = (more: Partial<ReplanView> = {}) => {
  const ms = replan(view(more))
  return ms === undefined ? undefined : new Date(ms).toISOString().slice(0, 16)
}

describe('another day than was promised', () => {
  it('is what its carrier says, where that lies ahead', () => {
    expect(told({ etaMs: at('2026-12-04T12:30:00Z') })).toBe('2026-12-04T12:30')
  })

  it('is the end of what is left of its way, where its carrier says nothing or what has passed', () => {
    expect(told()).toBe('2026-12-03T19:00')
    expect(told({ etaMs: at('2026-11-30T12:00:00Z') })).toBe('2026-12-03T19:00')
  })

  it.each([
    ['accepted', '2026-12-05T19:00'],
    ['in-transit', '2026-12-03T19:00'],
    ['exception', '2026-12-03T19:00'],
    ['at-destination', '2026-12-02T19:00'],
    ['attempt-failed', '2026-12-02T19:00'],
    ['out-for-delivery', '2026-12-01T19:00'],
  ] as const)('is the nearer the further it has got: %s', (status, day) => {
    expect(told({ status })).toBe(day)
  })

  it('adds what the record of the lane says of the part that is left', () => {
    expect(told({ way: way({ bufferMs: 2 * DAY_MS }) })).toBe('2026-12-04T19:00')
    expect(told({ way: way({ bufferMs: 2 * DAY_MS }), status: 'accepted' })).toBe(
      '2026-12-07T19:00',
    )
  })

  it('counts working days by the calendar, and waits for the days on which its carrier delivers', () => {
    const fridayMs = at('2026-12-04T09:00:00Z')
    const transit = { unit: 'working-days', min: 2, max: 4 } as const
    expect(told({ nowMs: fridayMs, way: way({ transit }) })).toBe('2026-12-08T19:00')
    const carrier = { transit: always, delivery: weekdays }
    expect(told({ nowMs: fridayMs, way: way({ carrier }) })).toBe('2026-12-07T19:00')
  })

  it('is one on which the point is open, until it closes, whatever its carrier says', () => {
    const hours = [{ day: 5, from: '10:00', to: '18:00' }]
    const atPoint = way({ destination: { zone, opening: { hours, exceptions: [] } } })
    expect(told({ way: atPoint })).toBe('2026-12-04T15:00')
    expect(told({ way: atPoint, etaMs: at('2026-12-02T12:00:00Z') })).toBe('2026-12-04T15:00')
    expect(told({ way: atPoint, etaMs: at('2026-12-04T12:00:00Z') })).toBe('2026-12-04T12:00')
  })

  it('is tomorrow for what is out for delivery after hours', () => {
    const nowMs = at('2026-12-01T20:00:00Z')
    expect(told({ nowMs, status: 'out-for-delivery' })).toBe('2026-12-02T19:00')
  })

  it('is as far ahead as is left of a courier’s hours', () => {
    const transit = {
      unit: 'instant',
      earliest: '2026-11-30T15:00:00Z',
      latest: '2026-11-30T19:00:00Z',
    } as const
    const leftMs = at('2026-11-30T13:00:00Z')
    expect(told({ leftMs, way: way({ transit }) })).toBe('2026-12-01T12:00')
    expect(told({ leftMs, way: way({ transit }), status: 'out-for-delivery' })).toBe(
      '2026-12-01T10:00',
    )
  })
})

describe('the buyer is told of it', () => {
  const previousMs = at('2026-12-03T19:00:00Z')

  it('not while it will come as promised, whatever trouble there is', () => {
    const nowMs = at('2026-11-28T09:00:00Z')
    expect(told({ nowMs, why: 'delivery-problem', status: 'exception' })).toBeUndefined()
    expect(told({ nowMs, why: 'delivery-problem', etaMs: at('2026-11-29T09:00:00Z') })).toBe(
      undefined,
    )
  })

  it('not again for the same day', () => {
    expect(told({ previousMs })).toBeUndefined()
    expect(told({ previousMs, etaMs: at('2026-12-03T08:00:00Z') })).toBeUndefined()
    expect(told({ etaMs: at('2026-11-30T19:30:00Z'), nowMs: at('2026-11-30T19:10:00Z') })).toBe(
      undefined,
    )
  })

  it('when its carrier says another day, later or sooner', () => {
    expect(told({ previousMs, etaMs: at('2026-12-05T12:00:00Z') })).toBe('2026-12-05T12:00')
    expect(told({ previousMs, etaMs: at('2026-12-02T12:00:00Z') })).toBe('2026-12-02T12:00')
  })

  it('not because it was seen once more: news brings the day nearer, only trouble moves it away', () => {
    const nowMs = at('2026-12-02T09:00:00Z')
    expect(told({ nowMs, previousMs })).toBeUndefined()
    expect(told({ nowMs, previousMs, status: 'out-for-delivery' })).toBe('2026-12-02T19:00')
    expect(told({ nowMs, previousMs, why: 'delivery-problem' })).toBe('2026-12-04T19:00')
  })

  it('when the day that was told has passed', () => {
    expect(told({ nowMs: at('2026-12-04T09:00:00Z'), previousMs })).toBe('2026-12-06T19:00')
  })

  it('never of what has come, goes back or is over', () => {
    for (const status of TRACKING_STATUSES.filter((one) => !isAwaited(one)))
      expect(told({ status, etaMs: at('2026-12-04T09:00:00Z') }), status).toBeUndefined()
    expect(isAwaited('ready-for-pickup')).toBe(false)
    expect(isAwaited('returning')).toBe(false)
  })

  it('always of a day that lies ahead, and not twice', () => {
    fc.assert(
      fc.property(
        fc.record({
          status: fc.constantFrom(...TRACKING_STATUSES.filter(isAwaited)),
          why: fc.constantFrom('late', 'late-predicted', 'delivery-problem', 'other-point'),
          now: fc.integer({ min: -200, max: 400 }),
          eta: fc.option(fc.integer({ min: -300, max: 600 }), { nil: undefined }),
          previous: fc.option(fc.integer({ min: -300, max: 600 }), { nil: undefined }),
          max: fc.integer({ min: 1, max: 12 }),
          buffer: fc.integer({ min: 0, max: 100 }),
        }),
        ({ status, why, now, eta, previous, max, buffer }) => {
          const promise = at('2026-11-30T19:00:00Z')
          const inHours = (hours: number) => promise + hours * HOUR_MS
          const given = view({
            ...{ status, why: why as ReplanView['why'], nowMs: inHours(now) },
            etaMs: eta === undefined ? undefined : inHours(eta),
            previousMs: previous === undefined ? undefined : inHours(previous),
            way: way({
              transit: { unit: 'working-days', min: 0, max },
              bufferMs: buffer * HOUR_MS,
            }),
          })
          const expectedMs = replan(given)
          if (expectedMs === undefined) return
          expect(expectedMs).toBeGreaterThan(given.nowMs)
          const day = (ms: number) => localOf(ms, zone).date
          expect(day(expectedMs)).not.toBe(day(given.previousMs ?? promise))
          expect(replan({ ...given, previousMs: expectedMs })).toBeUndefined()
        },
      ),
    )
  })
})
