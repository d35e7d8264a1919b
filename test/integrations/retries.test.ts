import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { retryDelaySeconds } from '../../domain/integrations/picture-retry.ts'
import { afterFailure, type SourceHealth } from '../../domain/integrations/source-health.ts'

describe('a picture that could not be fetched', () => {
  it('waits four times as long each time, and is given up after the sixth', () => {
    const delays = [1, 2, 3, 4, 5, 6].map((tries) => retryDelaySeconds(tries))
    expect(delays).toEqual([60, 240, 960, 3_840, 15_360, null])
  })

  it('waits as long as the site asks, but not for days', () => {
    expect(retryDelaySeconds(1, 900)).toBe(900)
    expect(retryDelaySeconds(1, 1_000_000)).toBe(21_600)
  })
})

describe('a source that fails', () => {
  const start = Date.UTC(2026, 10, 23)
  const HOUR = 60 * 60 * 1000
  const well: SourceHealth = { state: 'active', failures: 0, failingSince: null }
  const failing = (times: number, everyMs: number) => {
    let health = well
    for (let run = 0; run < times; run++)
      health = afterFailure(health, new Date(start + run * everyMs))
    return health
  }

  it('is tried on: a night of failures every 15 minutes does not pause it', () => {
    expect(failing(40, HOUR / 4)).toMatchObject({ state: 'failing', failures: 40 })
  })

  it('is paused after a day of failures, but not for fewer than ten', () => {
    expect(failing(97, HOUR / 4).state).toBe('paused')
    expect(failing(96, HOUR / 4).state).toBe('failing')
    expect(failing(9, 24 * HOUR).state).toBe('failing')
    expect(failing(10, 24 * HOUR).state).toBe('paused')
  })

  it('that was paused stays paused', () => {
    fc.assert(
      fc.property(fc.nat(1000), (failures) => {
        const health = { state: 'paused' as const, failures, failingSince: null }
        return afterFailure(health, new Date(start)).state === 'paused'
      }),
    )
  })
})
