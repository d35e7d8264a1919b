import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { demandOf, fitsInto, misfitOf } from '../../domain/logistics/fits.ts'
import type { Cell } from '../../domain/logistics/pickup-point.ts'
import type { Parcel } from '../../domain/logistics/parcel.ts'

const edge = fc.integer({ min: 1, max: 1_000 })
const box = fc.record({ lengthMm: edge, widthMm: edge, heightMm: edge })
const aParcel = fc.record({
  weightG: fc.integer({ min: 1, max: 40_000 }),
  lengthMm: edge,
  widthMm: edge,
  heightMm: edge,
})
const limits = fc.record(
  {
    maxWeightG: fc.integer({ min: 1, max: 40_000 }),
    maxShipmentWeightG: fc.integer({ min: 1, max: 80_000 }),
    maxSumMm: fc.integer({ min: 1, max: 3_000 }),
    cells: fc.array(box, { maxLength: 4 }),
    maxParcels: fc.integer({ min: 1, max: 5 }),
  },
  { requiredKeys: [] },
)
const parcel = (weightG: number, lengthMm: number, widthMm: number, heightMm: number): Parcel => ({
  ...{ weightG, lengthMm, widthMm, heightMm },
})
const cell = (lengthMm: number, widthMm: number, heightMm: number): Cell => ({
  ...{ lengthMm, widthMm, heightMm },
})

/** All six ways to lay a box along three edges. */
const ways = ({ lengthMm: a, widthMm: b, heightMm: c }: Cell) => [
  cell(a, b, c),
  cell(a, c, b),
  cell(b, a, c),
  cell(b, c, a),
  cell(c, a, b),
  cell(c, b, a),
]

describe('a box goes into a cell', () => {
  it('exactly when one of the six ways to turn it does', () => {
    fc.assert(
      fc.property(box, box, (one, room) => {
        const some = ways(one).some(
          (way) =>
            way.lengthMm <= room.lengthMm &&
            way.widthMm <= room.widthMm &&
            way.heightMm <= room.heightMm,
        )
        expect(fitsInto(one, room)).toBe(some)
      }),
    )
  })

  it('however either of them is turned', () => {
    fc.assert(
      fc.property(box, box, (one, room) => {
        const answers = ways(one).flatMap((way) =>
          ways(room).map((turned) => fitsInto(way, turned)),
        )
        expect(new Set(answers).size).toBe(1)
      }),
    )
  })

  it('when it is as large as the cell, and not a millimetre larger', () => {
    expect(fitsInto(cell(300, 200, 100), cell(100, 300, 200))).toBe(true)
    expect(fitsInto(cell(301, 200, 100), cell(100, 300, 200))).toBe(false)
  })
})

describe('a point takes parcels', () => {
  it.each([
    ['a light one', [parcel(1_000, 300, 200, 100)], undefined],
    ['one of just the greatest weight', [parcel(5_000, 300, 200, 100)], undefined],
    ['one a gram too heavy', [parcel(5_001, 300, 200, 100)], 'too-heavy'],
    ['one that no cell holds', [parcel(1_000, 601, 100, 100)], 'too-big'],
    ['one whose edges add up to too much', [parcel(1_000, 500, 400, 301)], 'too-big'],
    [
      'two, each in a cell of its own',
      [parcel(9, 600, 300, 200), parcel(9, 350, 350, 350)],
      undefined,
    ],
    [
      'two that are too heavy together',
      [parcel(4_000, 9, 9, 9), parcel(4_001, 9, 9, 9)],
      'too-heavy',
    ],
    ['three', [parcel(1, 9, 9, 9), parcel(1, 9, 9, 9), parcel(1, 9, 9, 9)], 'too-many'],
  ] as const)('or not: %s', (_, parcels, misfit) => {
    const point: Parameters<typeof misfitOf>[1] = {
      kind: 'pvz',
      limits: {
        maxWeightG: 5_000,
        maxShipmentWeightG: 8_000,
        maxSumMm: 1_200,
        maxParcels: 2,
        cells: [cell(200, 300, 600), cell(350, 350, 350), cell(500, 400, 400)],
      },
    }
    expect(misfitOf(parcels, point)).toBe(misfit)
  })

  it('of any kind where nothing is said, but for more than one in a locker', () => {
    const two = [parcel(90_000, 3_000, 2_000, 2_000), parcel(1, 1, 1, 1)]
    expect(misfitOf(two, { kind: 'pvz', limits: {} })).toBeUndefined()
    expect(misfitOf(two, { kind: 'pvz', limits: { cells: [] } })).toBeUndefined()
    expect(misfitOf(two, { kind: 'locker', limits: {} })).toBe('too-many')
    expect(misfitOf(two, { kind: 'locker', limits: { maxParcels: 2 } })).toBeUndefined()
  })

  it('no sooner when another one is added or one grows', () => {
    fc.assert(
      fc.property(
        fc.array(aParcel, { minLength: 1, maxLength: 4 }),
        aParcel,
        limits,
        (some, one, of) => {
          const point = { kind: 'pvz', limits: of } as const
          const grown = some.map((each, at) =>
            at === 0 ? { ...each, heightMm: each.heightMm + 1 } : each,
          )
          if (misfitOf(some, point) === undefined) return
          expect(misfitOf([...some, one], point)).toBeDefined()
          expect(misfitOf(grown, point)).toBeDefined()
        },
      ),
    )
  })
})

describe('what a shipment demands', () => {
  it('of cells holds for exactly the shipments that fit', () => {
    fc.assert(
      fc.property(
        fc.array(aParcel, { minLength: 1, maxLength: 4 }),
        fc.array(box, { minLength: 1, maxLength: 4 }),
        (parcels, cells) => {
          const { boxes } = demandOf(parcels)
          const isMet = boxes.every(([lengthMm, widthMm, heightMm]) =>
            cells.some((room) => fitsInto({ lengthMm, widthMm, heightMm }, room)),
          )
          expect(isMet).toBe(misfitOf(parcels, { kind: 'pvz', limits: { cells } }) === undefined)
        },
      ),
    )
  })

  it('names each size once', () => {
    const { boxes } = demandOf([parcel(1, 3, 2, 1), parcel(1, 1, 2, 3), parcel(1, 2, 2, 1)])
    expect(boxes).toEqual([[3, 2, 1]])
  })
})
