/**
 * One offer of a seller's file in the shop's own terms, whatever the format it came in. Texts are trimmed, money is in
 * minor units, weights are grams, sizes millimetres; what the file does not say is absent.
 */
export type CatalogRow = {
  /** Ordinal of the offer in the file, from 1. */
  row: number
  line?: number
  externalId: string
  /** Offers of one group are variants of one product. */
  groupId?: string
  /** As the file names it (`vendor.model`, `book` …); `simplified` where it names none. */
  offerType: string
  name: string
  brand?: string
  model?: string
  vendorCode?: string
  categoryExternalId: string
  /** May hold HTML, as sellers write it: escape or sanitise before showing. */
  description?: string
  priceMinor: number
  /** Always greater than `priceMinor`. */
  oldPriceMinor?: number
  /** ISO 4217. */
  currency: string
  url?: string
  pictures: string[]
  barcodes: string[]
  attributes: RowAttribute[]
  weightGrams?: number
  lengthMm?: number
  widthMm?: number
  heightMm?: number
  available: boolean
  /** Units in all warehouses together, when the file tells. */
  units?: number
  outlets: RowOutlet[]
}

export type RowAttribute = { name: string; value: string; unit?: string }

/** Units in one warehouse, by the seller's own id of it. */
export type RowOutlet = { externalId: string; units: number }

/** `parentExternalId` may name a category that comes later, or never. */
export type CategoryRow = { externalId: string; parentExternalId?: string; name: string }

export type RowErrorCode =
  | 'id-missing'
  | 'id-too-long'
  | 'id-invalid'
  | 'duplicate-id'
  | 'name-missing'
  | 'name-shortened'
  | 'category-missing'
  | 'category-unknown'
  | 'category-parent-unknown'
  | 'category-invalid'
  | 'category-name-missing'
  | 'category-defaulted'
  | 'price-missing'
  | 'price-invalid'
  | 'price-ambiguous'
  | 'price-precision'
  | 'price-not-positive'
  | 'price-too-large'
  | 'old-price-invalid'
  | 'old-price-not-greater'
  | 'currency-missing'
  | 'currency-unknown'
  | 'url-invalid'
  | 'picture-invalid'
  | 'pictures-too-many'
  | 'barcode-invalid'
  | 'barcode-checksum'
  | 'barcodes-too-many'
  | 'attribute-invalid'
  | 'attribute-shortened'
  | 'attributes-too-many'
  | 'description-long'
  | 'weight-invalid'
  | 'dimensions-invalid'
  | 'available-invalid'
  | 'units-invalid'
  | 'outlet-invalid'
  | 'outlet-unknown'
  | 'field-too-long'
  | 'row-too-large'
  | 'row-misaligned'

/** An `error` keeps the row out; after a `warning` the row is in, without what the warning names. */
export type RowError = {
  /** Ordinal of the offer; 0 for a category. */
  row: number
  line?: number
  externalId?: string
  /** The field as the file calls it (`price`, `param`, `categoryId` …). */
  field?: string
  code: RowErrorCode
  level: 'error' | 'warning'
  /** What stood there, cut to 200 characters. */
  value?: string
}
