import type { ColumnRule } from '../column-rules.ts'

/**
 * WooCommerce's own export, in English and in Russian. Source: woocommerce/woocommerce, `WC_Product_CSV_Exporter` and
 * `sample-data/sample_products.csv`.
 */
export const WOOCOMMERCE_SIGNS = [
  ['type', 'sku', 'regular price'],
  ['тип', 'артикул', 'базовая цена'],
] as const

export const WOOCOMMERCE: readonly ColumnRule[] = [
  ['id', 'id'],
  ['type|тип', 'woocommerce:type'],
  ['sku|артикул', 'vendorCode'],
  ['gtin, upc, ean|gtin, upc, ean или isbn|gtin', 'barcode'],
  ['name|имя|название', 'name'],
  ['published|опубликован|опубликовано', 'available'],
  ['description|описание', 'description'],
  ['short description|краткое описание', 'woocommerce:shortDescription'],
  ['stock|запасы|остаток', 'units'],
  ['in stock|в наличии|наличие', 'woocommerce:inStock'],
  ['sale price|акционная цена|цена распродажи', 'price'],
  ['regular price|базовая цена|обычная цена', 'woocommerce:regularPrice'],
  ['categories|категории', 'categoryPath'],
  ['brands|бренды', 'brand'],
  ['images|изображения', 'picture'],
  ['parent|родительский|родитель', 'woocommerce:parent'],
  [/^attribute (\d{1,3}) name$/, ([, place]) => `woocommerce:attributeName${place}`],
  [/^attribute (\d{1,3}) values?$/, ([, place]) => `woocommerce:attributeValue${place}`],
  [/^(?:имя|название) атрибута (\d{1,3})$/, ([, place]) => `woocommerce:attributeName${place}`],
  [
    /^значени\S*(?: \S*\))? атт?рибут\S*(?: \S*\))? (\d{1,3})$/,
    ([, place]) => `woocommerce:attributeValue${place}`,
  ],
]
