import type { ColumnRule } from '../column-rules.ts'

/** Tables whose columns are the elements of YML, and the table “Excel2YML” makes one of. */
export const YANDEX_MARKET_SIGNS = [
  ['id', 'price', 'currencyid', 'name'],
  ['id', 'price', 'oldprice', 'name'],
  ['id', 'status', 'price', 'currency', 'category', 'name'],
  ['id товара', 'цена', 'id категории', 'название товара'],
] as const

export const YANDEX_MARKET: readonly ColumnRule[] = [
  ['id|id товара', 'id'],
  ['name|название товара', 'name'],
  ['price|цена', 'price'],
  ['oldprice', 'oldPrice'],
  ['currencyid|currency|валюта', 'currency'],
  ['category|категория|categoryid|id категории', 'categoryPath'],
  ['picture|url изображения', 'picture'],
  ['url|url товара', 'url'],
  ['vendor|производитель', 'brand'],
  ['vendorcode', 'vendorCode'],
  ['model', 'model'],
  ['typeprefix', 'typePrefix'],
  ['type', 'type'],
  ['group id', 'groupId'],
  ['description|описание', 'description'],
  ['barcode', 'barcode'],
  ['count', 'units'],
  ['available|status|доступность', 'available'],
  ['disabled', 'disabled'],
  ['title', 'title'],
  ['характеристики', 'attributes'],
  ['остатки по складам', 'outlets'],
  ['weight', 'weightKg'],
  ['dimensions', 'dimensionsCm'],
  ['параметр: название', 'yandex-market:paramName'],
  ['параметр: значение', 'yandex-market:paramValue'],
  ['параметр: единица измерения', 'yandex-market:paramUnit'],
  [/^(?:параметр|param) ?: ?(.+)$/, ([, name]) => `attribute:${name!}`],
  [/^outlet ?: ?(.+)$/, ([, id]) => `outlet:${id!}`],
]
