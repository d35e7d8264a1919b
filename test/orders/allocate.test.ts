import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allocate, type StockUnits } from '../../domain/orders/allocate.ts'

const at = (warehouseId: string, shopProductId: string, units: number): StockUnits => ({
  shopProductId,
  warehouseId,
  units,
})

describe('stock for an order', () => {
  it('comes from the one warehouse that has all of it', () => {
    const wanted = [
      { shopProductId: '1', quantity: 2 },
      { shopProductId: '2', quantity: 1 },
    ]
    const stock = [at('7', '1', 9), at('8', '1', 2), at('8', '2', 1)]
    expect(allocate(wanted, stock).taken).toEqual([at('8', '1', 2), at('8', '2', 1)])
  })

  it('is split where no warehouse has a line whole, the fullest first', () => {
    const stock = [at('7', '1', 2), at('8', '1', 3), at('9', '1', 1)]
    expect(allocate([{ shopProductId: '1', quantity: 5 }], stock).taken).toEqual([
      at('8', '1', 3),
      at('7', '1', 2),
    ])
  })

  it('is all or nothing, and says what is left of each', () => {
    const wanted = [
      { shopProductId: '1', quantity: 4 },
      { shopProductId: '2', quantity: 1 },
      { shopProductId: '3', quantity: 1 },
    ]
    expect(allocate(wanted, [at('7', '1', 2), at('8', '1', 1), at('8', '2', 5)])).toEqual({
      shortages: [
        { shopProductId: '1', left: 3 },
        { shopProductId: '3', left: 0 },
      ],
    })
  })

  it('is exactly what was wanted, from what there is, whenever there is enough', () => {
    const id = fc.integer({ min: 1, max: 4 }).map(String)
    const units = fc.integer({ min: 0, max: 6 })
    const stocks = fc.uniqueArray(fc.record({ shopProductId: id, warehouseId: id, units }), {
      selector: (row) => `${row.shopProductId} ${row.warehouseId}`,
    })
    const wishes = fc.uniqueArray(
      fc.record({ shopProductId: id, quantity: fc.integer({ min: 1, max: 8 }) }),
      { selector: ({ shopProductId }) => shopProductId, minLength: 1 },
    )
    const sum = (rows: readonly StockUnits[], shopProductId: string) =>
      rows
        .filter((row) => row.shopProductId === shopProductId)
        .reduce((total, row) => total + row.units, 0)
    fc.assert(
      fc.property(wishes, stocks, (wanted, stock) => {
        const { taken } = allocate(wanted, stock)
        const suffices = wanted.every((line) => sum(stock, line.shopProductId) >= line.quantity)
        expect(taken !== undefined).toBe(suffices)
        if (!taken) return
        for (const { shopProductId, quantity } of wanted)
          expect(sum(taken, shopProductId)).toBe(quantity)
        for (const row of taken) {
          const there = stock.find(
            (one) => one.shopProductId === row.shopProductId && one.warehouseId === row.warehouseId,
          )
          expect(row.units).toBeGreaterThan(0)
          expect(row.units).toBeLessThanOrEqual(there?.units ?? 0)
        }
        expect(new Set(taken.map((row) => `${row.shopProductId} ${row.warehouseId}`)).size).toBe(
          taken.length,
        )
      }),
    )
  })
})
