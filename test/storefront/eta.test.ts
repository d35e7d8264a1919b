import { describe, expect, it } from 'vitest'
import { etaSeconds, perSecond } from '../../domain/storefront/eta.ts'

describe('how long it still takes', () => {
  it.each([
    [{ done: 0, total: 100, workedMs: 0 }, null],
    [{ done: 0, total: 100, workedMs: 5_000 }, null],
    [{ done: 50, total: 100, workedMs: 5_000 }, 5],
    [{ done: 100, total: 100, workedMs: 5_000 }, 0],
    [{ done: 120, total: 100, workedMs: 5_000 }, 0],
    [{ done: 0, total: 0, workedMs: 0 }, 0],
  ])('%j: %s s', (pace, seconds) => {
    expect(etaSeconds(pace)).toBe(seconds)
  })
})

it('a pace is known once something is done', () => {
  expect(perSecond({ done: 0, total: 9, workedMs: 100 })).toBeNull()
  expect(perSecond({ done: 3_000, total: 9_000, workedMs: 1_500 })).toBe(2_000)
})
