import type { ColumnRule } from '../column-rules.ts'

/** Goods of InSales: a row for each variant. */
export const INSALES_SIGNS = [
  ['название товара', 'id варианта'],
  ['название товара', 'корневая', 'цена продажи'],
] as const

export const INSALES: readonly ColumnRule[] = [
  ['id варианта|внешний id|артикул', 'id'],
  ['id товара', 'groupId'],
  ['название товара', 'name'],
  ['цена продажи', 'price'],
  ['старая цена', 'oldPrice'],
  ['валюта склада|валюта', 'currency'],
  ['артикул', 'vendorCode'],
  ['штрих код|штрихкод', 'barcode'],
  ['остаток', 'units'],
  ['видимость на витрине', 'available'],
  ['корневая', 'categoryLevel:1'],
  [/^подкатегория ([1-8])$/, ([, level]) => `categoryLevel:${Number(level) + 1}`],
  ['описание|полное описание', 'description'],
  ['краткое описание', 'insales:shortDescription'],
  ['изображения|изображения варианта', 'picture'],
  ['ссылка на товар|url', 'url'],
  ['габариты варианта|габариты', 'dimensionsCm'],
  [/^(?:параметр|свойство) ?: ?(.+)$/, ([, name]) => `attribute:${name!}`],
]
