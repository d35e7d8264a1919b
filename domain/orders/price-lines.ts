import { OrderRefused, type LineRefusal } from './refusal.ts'

export type WantedLine = {
  shopProductId: string
  quantity: number
  /** What the buyer was shown; absent when whatever it costs now is fine. */
  shownPrice?: { amount: number; currency: string } | undefined
}

/** A shop product as its shop sells it at this moment. */
export type Offer = {
  shopProductId: string
  externalId: string
  name: string
  priceMinor: string
  currency: string
  /** Published, and the seller says that it can be had. */
  available: boolean
}

export type PricedLine = Pick<Offer, 'shopProductId' | 'externalId' | 'name' | 'priceMinor'> & {
  quantity: number
}
export type PricedLines = { lines: PricedLine[]; totalMinor: string; currency: string }

/** More cannot travel as a JSON number. */
const MOST_MINOR = BigInt(Number.MAX_SAFE_INTEGER)

/**
 * The lines of an order with the prices of this moment, which stay whatever the shop charges later.
 * @throws {OrderRefused} naming every line that cannot be had like that
 */
export function priceLines(wanted: readonly WantedLine[], offers: readonly Offer[]): PricedLines {
  const byId = new Map(offers.map((offer) => [offer.shopProductId, offer]))
  const currency = wanted.map((line) => byId.get(line.shopProductId)?.currency).find(Boolean) ?? ''
  const refusals = wanted.flatMap((line) => {
    const code = refusalOf(line, byId.get(line.shopProductId), currency)
    return code ? [{ shopProductId: line.shopProductId, code } satisfies LineRefusal] : []
  })
  if (refusals.length > 0) throw new OrderRefused(refusals)

  const lines = wanted.map(({ shopProductId, quantity }) => {
    const { externalId, name, priceMinor } = byId.get(shopProductId)!
    return { shopProductId, externalId, name, priceMinor, quantity }
  })
  const total = lines.reduce(
    (sum, { priceMinor, quantity }) => sum + BigInt(priceMinor) * BigInt(quantity),
    0n,
  )
  if (total > MOST_MINOR)
    throw new OrderRefused(
      lines.map(({ shopProductId }) => ({ shopProductId, code: 'total-too-large' })),
    )
  return { lines, totalMinor: String(total), currency }
}

function refusalOf(
  { shownPrice }: WantedLine,
  offer: Offer | undefined,
  currency: string,
): LineRefusal['code'] | undefined {
  if (!offer) return 'unknown-goods'
  if (!offer.available) return 'unavailable'
  if (offer.currency !== currency) return 'another-currency'
  const isAsShown =
    !shownPrice ||
    (shownPrice.currency === offer.currency && String(shownPrice.amount) === offer.priceMinor)
  return isAsShown ? undefined : 'price-changed'
}
