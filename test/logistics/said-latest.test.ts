import { describe, expect, it } from 'vitest'
import type { Calendar } from '../../domain/logistics/calendar.ts'
import type { Promised, TransitTime, Way } from '../../domain/logistics/promise.ts'
import { saidLatestMs } from '../../domain/logistics/said-latest.ts'

const everyDay: Calendar = { days: [1, 2, 3, 4, 5, 6, 7], exceptions: new Map() }
const weekdays: Calendar = { days: [1, 2, 3, 4, 5], exceptions: new Map() }
const wayOf = (transit: TransitTime): Way => ({
  ...{ transit, working: weekdays, carrier: { transit: everyDay, delivery: everyDay } },
  ...{ destination: { zone: 'Europe/Moscow' }, bufferMs: 5 * 86_400_000 },
})
/** Fetched on Thursday, with its buyer on Saturday. */
const promised = {
  ...{ shipsOn: '2026-11-26', pickupAt: '2026-11-26T06:00:00.000Z' },
  advertisedLatest: '2026-11-28T19:00:00.000Z',
} as Promised
const said = (left: string, transit: TransitTime) =>
  new Date(
    saidLatestMs(promised, {
      ...{ leftMs: Date.parse(left), zone: 'Asia/Novosibirsk', way: wayOf(transit) },
    }),
  ).toISOString()

describe('by when its carrier had said that it would be there', () => {
  const days: TransitTime = { unit: 'calendar-days', min: 1, max: 2 }
  it('stands where it had the parcel when that was planned, or before', () => {
    expect(said('2026-11-26T16:59:00Z', days)).toBe(promised.advertisedLatest)
    expect(said('2026-11-25T10:00:00Z', days)).toBe(promised.advertisedLatest)
  })

  it('counts from the day of the warehouse on which it had it, where that was later', () => {
    expect(said('2026-11-26T17:01:00Z', days)).toBe('2026-11-29T19:00:00.000Z')
    expect(said('2026-11-30T10:00:00Z', days)).toBe('2026-12-02T19:00:00.000Z')
  })

  it('counts working days where those are what it takes', () => {
    const working: TransitTime = { unit: 'working-days', min: 1, max: 2 }
    expect(said('2026-11-27T10:00:00Z', working)).toBe('2026-12-01T19:00:00.000Z')
  })

  it('moves by as much as a courier of the hour got it later', () => {
    const instant: TransitTime = {
      ...{ unit: 'instant', earliest: promised.pickupAt, latest: promised.advertisedLatest },
    }
    expect(said('2026-11-26T08:30:00Z', instant)).toBe('2026-11-28T21:30:00.000Z')
    expect(said('2026-11-26T05:00:00Z', instant)).toBe(promised.advertisedLatest)
  })
})
