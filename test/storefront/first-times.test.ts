import { describe, expect, it } from 'vitest'
import { firstTimes } from '../../api/storefront/first-times.ts'

const MOST = 100
const pairs = (count: number) =>
  Array.from({ length: count }, (_, n): [string, string] => [`caller ${n}`, 'чайник'])

describe('who comes with a text for the first time', () => {
  it('is told by the caller and the text together', () => {
    const isFirst = firstTimes()
    expect(isFirst('203.0.113.5', 'чайник')).toBe(true)
    expect(isFirst('203.0.113.5', 'чайник')).toBe(false)
    expect(isFirst('203.0.113.6', 'чайник')).toBe(true)
    expect(isFirst('203.0.113.5', 'самовар')).toBe(true)
  })

  it('is never one of the last so many, and hardly ever overlooked', () => {
    const isFirst = firstTimes(MOST)
    const told: [string, string][] = []
    for (const pair of pairs(5 * MOST)) {
      if (isFirst(...pair)) told.push(pair)
      expect(told.slice(-MOST).filter((one) => isFirst(...one))).toEqual([])
    }
    expect(told.length).toBeGreaterThan(0.95 * 5 * MOST)
  })

  it('is forgotten after twice as many others, so that there is always room', () => {
    const isFirst = firstTimes(MOST)
    for (const pair of pairs(4 * MOST)) isFirst(...pair)
    const again = pairs(MOST).filter((pair) => isFirst(...pair))
    expect(again.length).toBeGreaterThan(0.9 * MOST)
  })
})
