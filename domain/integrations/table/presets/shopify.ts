import type { ColumnRule } from '../column-rules.ts'

/** Source: Shopify Help Center, “Using CSV files to import and export products”. */
export const SHOPIFY_SIGNS = ['handle', 'variant price']

export const SHOPIFY: readonly ColumnRule[] = [
  ['handle', 'shopify:handle'],
  ['title', 'name'],
  ['body', 'description'],
  ['vendor', 'brand'],
  ['product category|type|product type|custom product type', 'categoryPath'],
  ['status|published', 'available'],
  [/^option([123]) name$/, ([, place]) => `shopify:optionName${place}`],
  [/^option([123]) value$/, ([, place]) => `shopify:optionValue${place}`],
  ['variant sku', 'vendorCode'],
  ['variant grams', 'weightGrams'],
  ['variant inventory qty', 'units'],
  ['variant price', 'price'],
  ['variant compare at price', 'oldPrice'],
  ['variant barcode', 'barcode'],
  ['image src', 'picture'],
  ['variant image', 'shopify:variantImage'],
  ['google shopping / gender', 'attribute:Gender'],
  ['google shopping / age group', 'attribute:Age group'],
]
