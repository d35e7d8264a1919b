import type { TableOffer } from '../table-offer.ts'

/** Holds offers until they are asked for. */
export function collector(): { push(offer: TableOffer): void; take(): TableOffer[] } {
  let offers: TableOffer[] = []
  return {
    push(offer) {
      offers.push(offer)
    },
    take() {
      const taken = offers
      offers = []
      return taken
    },
  }
}
