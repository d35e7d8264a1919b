import type { ColumnRule } from '../column-rules.ts'

/** The export of an information block, `IE_…`. Source: 1C-Bitrix, CSV export of the module `iblock` and `catalog`. */
export const BITRIX_SIGNS = ['ie xml id', 'ie name']

export const BITRIX: readonly ColumnRule[] = [
  ['ie xml id', 'id'],
  ['ie name', 'name'],
  ['ie active', 'available'],
  ['ie detail text', 'description'],
  ['ie preview text', 'bitrix:previewText'],
  ['ie detail picture|ie preview picture', 'picture'],
  ['ie preview picture', 'picture'],
  [/^ic group ?([0-8])$/, ([, level]) => `categoryLevel:${Number(level) + 1}`],
  ['cv price 1|cv price 2|cv price 3|cv price 4|cv price 5', 'price'],
  ['cv currency 1|cv currency 2|cv currency 3|cv currency 4|cv currency 5', 'currency'],
  ['cp quantity', 'units'],
  ['cp weight', 'weightGrams'],
  ['cp length', 'lengthMm'],
  ['cp width', 'widthMm'],
  ['cp height', 'heightMm'],
  ['cv barcode|cp barcode|ip prop cml2 bar code', 'barcode'],
  ['ip prop cml2 article|ip prop article|ip prop artnumber', 'vendorCode'],
  ['ip prop cml2 manufacturer|ip prop brand', 'brand'],
  ['ip prop more photo', 'picture'],
  [/^ip prop ?(.+)$/, ([, code]) => `attribute:${code!}`],
]
