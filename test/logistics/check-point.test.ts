import { describe, expect, it } from 'vitest'
import { checkPoint } from '../../domain/logistics/check-point.ts'
import { isMassClosure } from '../../domain/logistics/mass-closure.ts'
import { parsePointId, pointIdOf } from '../../domain/logistics/pickup-point.ts'
import { usablePoint } from '../../domain/logistics/usable-point.ts'
import { aPoint } from '../support/pickup-points.ts'

const small = [{ weightG: 500, lengthMm: 200, widthMm: 100, heightMm: 50 }]

describe('a point at booking', () => {
  it.each([
    ['ok', aPoint('A')],
    ['full', aPoint('A', { state: 'full' })],
    ['closed', aPoint('A', { state: 'closed' })],
    ['closed', undefined],
    ['too-big', aPoint('A', { limits: { maxWeightG: 400 } })],
    ['too-big', aPoint('A', { state: 'full', limits: { maxWeightG: 400 } })],
  ] as const)('is %s', (verdict, point) => {
    expect(checkPoint(point, small)).toBe(verdict)
  })
})

describe('a list that takes points away', () => {
  it.each([
    [{ known: 20_000, missing: 4_000, closing: 0 }, false],
    [{ known: 20_000, missing: 4_000, closing: 1 }, true],
    [{ known: 20_000, missing: 0, closing: 20_000 }, true],
    [{ known: 6, missing: 5, closing: 0 }, false],
    [{ known: 6, missing: 6, closing: 0 }, true],
    [{ known: 0, missing: 0, closing: 0 }, false],
  ])('%j is broken: %s', (effect, isBroken) => {
    expect(isMassClosure(effect)).toBe(isBroken)
  })
})

describe('ids of points', () => {
  it('are read as they are written, colons and letters of any kind included', () => {
    for (const key of [
      { carrier: 'cdek', code: 'MSK123' },
      { carrier: 'dpd', code: 'М:1' },
    ] as const)
      expect(parsePointId(pointIdOf(key))).toEqual(key)
  })

  it.each(['', 'cdek', 'cdek:', 'uber:1', 'post:1', `dpd:${'x'.repeat(65)}`])(
    'are not read from %j',
    (text) => {
      expect(parsePointId(text)).toBeUndefined()
    },
  )
})

it.each([
  [{}, true],
  [{ lat: 0, lon: 0 }, false],
  [{ lat: NaN }, false],
  [{ lat: 91 }, false],
  [{ code: '' }, false],
  [{ address: '  ' }, false],
])('a point with %j can be offered: %s', (rest, can) => {
  expect(usablePoint(aPoint('A', rest)) !== undefined).toBe(can)
})

it('what a carrier says that makes no sense is as if it had not said it', () => {
  const told = aPoint('A', {
    exceptions: [
      { from: '2026-12-31T00:00:00+0700', to: '2027-01-02T00:00:00+0700' },
      { from: '2027-01-05', to: '2027-01-04' },
      { from: 'скоро', to: '2027-01-04' },
      { from: '9999-01-01', to: '9999-12-31' },
      { from: '2027-13-45', to: '2027-13-45' },
    ],
    limits: {
      maxWeightG: NaN,
      maxSumMm: 0,
      maxParcels: 2,
      cells: [
        { lengthMm: 300, widthMm: 0, heightMm: 200 },
        { lengthMm: 300, widthMm: 200, heightMm: 100 },
      ],
    },
  })
  expect(usablePoint(told)).toMatchObject({
    exceptions: [{ from: '2026-12-31', to: '2027-01-02' }],
    limits: { maxParcels: 2, cells: [{ lengthMm: 300, widthMm: 200, heightMm: 100 }] },
  })
  expect(Object.keys(usablePoint(told)!.limits)).toEqual(['maxParcels', 'cells'])
})
