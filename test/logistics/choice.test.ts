import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { compare, extraCost, gapClosed } from '../../bench/choice/choice.ts'

describe('the choice of a carrier', () => {
  it('closes half of the gap to the oracle for hardly more money', () => {
    const compared = compare(3, 30)
    expect(compared.ours.orders).toBe(120 * 30)
    expect(gapClosed(compared)).toBeGreaterThan(0.4)
    expect(extraCost(compared, 'ours')).toBeLessThan(0.08)
  })
  it('is judged by markets that do not know it', () => {
    const source = readFileSync('bench/choice/generate.ts', 'utf8')
    expect(source).not.toMatch(/^import/m)
  })
})
