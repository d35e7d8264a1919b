export type LineRefusal = {
  shopProductId: string
  code:
    | 'unknown-goods'
    | 'another-shop'
    | 'another-currency'
    | 'unavailable'
    | 'out-of-stock'
    | 'price-changed'
    | 'total-too-large'
  /** How many units could be had; with `out-of-stock`. */
  left?: number
}

/** An order that cannot be placed as it was wanted; nothing of it is. */
export class OrderRefused extends Error {
  override name = 'OrderRefused'
  readonly refusals: readonly LineRefusal[]

  constructor(refusals: readonly LineRefusal[]) {
    super(refusals.map(({ shopProductId, code }) => `${shopProductId}: ${code}`).join(', '))
    this.refusals = refusals
  }
}
