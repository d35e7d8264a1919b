/**
 * An offer as the file has it, before anything is believed: texts only, in the terms that formats share. A format maps
 * its elements or columns to these; `normaliseOffer` makes a row of it. Absent and empty mean the same.
 */
export type RawOffer = RawTexts & {
  row: number
  line: number | undefined
  pictures: string[]
  barcodes: string[]
  attributes: RawAttribute[]
  outlets: RawOutlet[]
  /** Fields that were longer than a field may be; their texts were not kept. */
  tooLong: string[]
  /** All texts together were more than a row may be; the rest was not kept. */
  tooLarge: boolean
}

/** The fields that come once; where a file repeats one, the first counts. */
export type RawTexts = Record<RawTextField, string | undefined>

export type RawTextField =
  | 'id'
  | 'type'
  | 'groupId'
  | 'available'
  | 'disabled'
  | 'name'
  | 'title'
  | 'typePrefix'
  | 'brand'
  | 'model'
  | 'vendorCode'
  | 'categoryId'
  | 'description'
  | 'price'
  | 'oldPrice'
  | 'currency'
  | 'url'
  | 'weightKg'
  | 'dimensionsCm'
  | 'units'

export type RawAttribute = { name: string | undefined; value: string; unit: string | undefined }
export type RawOutlet = { id: string | undefined; units: string | undefined }

/** Every key from the start: rows of one shape are read several times faster. */
export function emptyOffer(row: number, line: number | undefined): RawOffer {
  return {
    row,
    line,
    id: undefined,
    type: undefined,
    groupId: undefined,
    available: undefined,
    disabled: undefined,
    name: undefined,
    title: undefined,
    typePrefix: undefined,
    brand: undefined,
    model: undefined,
    vendorCode: undefined,
    categoryId: undefined,
    description: undefined,
    price: undefined,
    oldPrice: undefined,
    currency: undefined,
    url: undefined,
    weightKg: undefined,
    dimensionsCm: undefined,
    units: undefined,
    pictures: [],
    barcodes: [],
    attributes: [],
    outlets: [],
    tooLong: [],
    tooLarge: false,
  }
}
