export type WantedUnits = { shopProductId: string; quantity: number }
/** Units of a shop product that a warehouse has. */
export type StockUnits = { shopProductId: string; warehouseId: string; units: number }
export type Shortage = { shopProductId: string; left: number }

export type Allocation =
  { taken: StockUnits[]; shortages?: undefined } | { taken?: undefined; shortages: Shortage[] }

/**
 * From which warehouses an order is taken, in as few parcels as can be seen at a glance: first the warehouse that has the
 * most lines whole, and a line is split only when no warehouse has all of it. All or nothing.
 * @param wanted each shop product once
 */
export function allocate(wanted: readonly WantedUnits[], stock: readonly StockUnits[]): Allocation {
  const has = (warehouseId: string, shopProductId: string) =>
    stock.find((row) => row.warehouseId === warehouseId && row.shopProductId === shopProductId)
      ?.units ?? 0
  const wholeLines = (warehouseId: string) =>
    wanted.filter(({ shopProductId, quantity }) => has(warehouseId, shopProductId) >= quantity)
      .length
  const warehouses = [...new Set(stock.map(({ warehouseId }) => warehouseId))]
    .map((warehouseId) => ({ warehouseId, whole: wholeLines(warehouseId) }))
    .sort((a, b) => b.whole - a.whole || byId(a.warehouseId, b.warehouseId))
    .map(({ warehouseId }) => warehouseId)

  const taken: StockUnits[] = []
  const shortages: Shortage[] = []
  for (const { shopProductId, quantity } of wanted) {
    const whole = warehouses.find((warehouseId) => has(warehouseId, shopProductId) >= quantity)
    const order =
      whole === undefined
        ? warehouses.toSorted((a, b) => has(b, shopProductId) - has(a, shopProductId))
        : [whole]
    let missing = quantity
    for (const warehouseId of order) {
      const units = Math.min(missing, has(warehouseId, shopProductId))
      if (units > 0) taken.push({ shopProductId, warehouseId, units })
      missing -= units
    }
    if (missing > 0) shortages.push({ shopProductId, left: quantity - missing })
  }
  return shortages.length > 0 ? { shortages } : { taken }
}

/** Ids are whole numbers of any length. */
const byId = (a: string, b: string) => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0)
