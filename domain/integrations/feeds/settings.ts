export type FeedKind = 'yandex-market' | 'google-shopping'

/** Which of the shop's products are offered; what is absent does not narrow. */
export type FeedFilters = {
  /** With all categories below them. */
  categoryIds?: string[]
  availableOnly?: boolean
  priceFromMinor?: number
  priceToMinor?: number
}

/** `days`: `1`, or a range `1-3`; `orderBefore`: the hour until which an order counts for the day. */
export type DeliveryOption = { costMinor: number; days: string; orderBefore?: number }

export type YandexMarketSettings = {
  /** How buyers know the shop; its own name by default. */
  name?: string
  /** The legal name; the seller's by default. */
  company?: string
  url?: string
  deliveryOptions?: DeliveryOption[]
  pickupOptions?: DeliveryOption[]
}

/** `priceMinor` is in the currency of the feed. */
export type GoogleShipping = {
  /** ISO 3166-1; the feed's own by default. */
  country?: string
  region?: string
  service?: string
  priceMinor: number
}

export type GoogleShoppingSettings = {
  title?: string
  url?: string
  description?: string
  country?: string
  language?: string
  currency?: string
  shipping?: GoogleShipping[]
}

/** The representations in which a feed of this kind is published; the first is the one that is checked for shrinking. */
export const EXTENSIONS = {
  'yandex-market': ['xml'],
  'google-shopping': ['xml', 'tsv'],
} as const satisfies Record<FeedKind, readonly string[]>

export type FeedExtension = (typeof EXTENSIONS)[FeedKind][number]
