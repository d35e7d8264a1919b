/** Whose goods a line of a checkout is. */
export type OwnedLine = { sellerId: string; shopId: string }

export type ShopPart<Line> = OwnedLine & { lines: Line[] }

/**
 * What one buyer takes at once becomes an order for each shop, since a shop's order is its seller's alone. Always in the
 * order of sellers and shops: whoever takes stock for several of them takes it in the same order.
 */
export function splitByShop<Line extends OwnedLine>(lines: readonly Line[]): ShopPart<Line>[] {
  const parts = new Map<string, ShopPart<Line>>()
  for (const line of lines) {
    const { sellerId, shopId } = line
    const part = parts.get(`${sellerId} ${shopId}`) ?? { sellerId, shopId, lines: [] }
    part.lines.push(line)
    parts.set(`${sellerId} ${shopId}`, part)
  }
  return [...parts.values()].sort(
    (a, b) => compareIds(a.sellerId, b.sellerId) || compareIds(a.shopId, b.shopId),
  )
}

const compareIds = (a: string, b: string) => Number(BigInt(a) - BigInt(b))
