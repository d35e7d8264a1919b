import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  MOST_TRIES,
  parseRetryAfter,
  retryDelayMs,
} from '../../../domain/integrations/webhooks/retry-schedule.ts'

const HOUR = 3_600_000
const delays = (random: number) =>
  Array.from({ length: MOST_TRIES - 1 }, (_, index) => retryDelayMs({ tries: index + 1, random })!)

describe('the schedule of retries', () => {
  it('is that of Standard Webhooks, and lasts for 72 hours at least', () => {
    expect(delays(0).map((ms) => ms / 1_000)).toEqual([
      ...[5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400],
    ])
    expect(delays(0).reduce((sum, ms) => sum + ms) / HOUR).toBeGreaterThanOrEqual(72)
  })

  it('gives up after the tenth try, whatever the receiver asks for', () => {
    expect(retryDelayMs({ tries: 10, random: 0, retryAfterMs: 1_000 })).toBeNull()
  })

  it('keeps each delay between itself and a fifth more', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (tries, random) => {
          const least = retryDelayMs({ tries, random: 0 })!
          const delay = retryDelayMs({ tries, random })!
          return delay >= least && delay <= least * 1.2
        },
      ),
    )
  })

  it('waits as long as Retry-After asks, a day at most, and never less than it would have', () => {
    expect(retryDelayMs({ tries: 1, random: 0, retryAfterMs: 60_000 })).toBe(60_000)
    expect(retryDelayMs({ tries: 2, random: 0, retryAfterMs: 60_000 })).toBe(300_000)
    expect(retryDelayMs({ tries: 1, random: 0, retryAfterMs: 99 * HOUR })).toBe(24 * HOUR)
  })
})

describe('Retry-After', () => {
  const now = Date.parse('2026-11-26T06:00:00Z')

  it.each([
    ['120', 120_000],
    [' 0 ', 0],
    ['Thu, 26 Nov 2026 06:01:00 GMT', 60_000],
    ['Thu, 26 Nov 2026 05:00:00 GMT', 0],
    ['soon', undefined],
    ['-5', undefined],
    ['1e9', undefined],
    ['12345678901', undefined],
    ['2026-11-26T06:01:00Z', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%j asks for %j ms', (value, expected) => {
    expect(parseRetryAfter(value, now)).toBe(expected)
  })
})
