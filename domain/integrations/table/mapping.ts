import type { RawTextField } from '../raw-offer.ts'

/**
 * How the columns of a table become fields of an offer: recognised by a preset, proposed from the headers, or given by the
 * seller (`mapping` of `POST /v1/imports`) and remembered for files with the same headers.
 */
export type TableMapping = {
  /** Whose rules hold for goods that take several rows (variants, pictures, parents). */
  preset: TablePreset
  /** By the header as the file has it; columns that are not here are left out. */
  columns: Record<string, ColumnTarget>
  /** ISO 4217, of prices whose row names no currency. */
  currency: string
  /** `Одежда > Платья`: where rows go that name no category and stand under no section row. */
  defaultCategory?: string
}

export type TablePreset =
  'plain' | 'shopify' | 'woocommerce' | 'bitrix' | 'insales' | 'yandex-market'

/**
 * A text field of an offer, or one of:
 * `categoryPath` (`A > B` or `A / B` or `A|B`), `categoryLevel:<1…9>` (one column a level), `picture`, `barcode` (one or a
 * list), `attribute:<name>`, `attributes` (a line each, `Name (unit) = value`), `outlets` (a line each, `id = units`), `outlet:<warehouse id>` (units there), or a measure by its unit (`weightGrams`, `lengthCm` …).
 * A preset may use further targets of its own, written `<preset>:<what>`.
 */
export type ColumnTarget =
  | Exclude<RawTextField, 'categoryId'>
  | 'categoryPath'
  | `categoryLevel:${number}`
  | 'picture'
  | 'barcode'
  | 'attributes'
  | `attribute:${string}`
  | 'outlets'
  | `outlet:${string}`
  | MeasureTarget
  | `${Exclude<TablePreset, 'plain'>}:${string}`

export type MeasureTarget =
  | `weight${'Grams' | 'Pounds' | 'Ounces'}`
  | `${'length' | 'width' | 'height'}${'Mm' | 'Cm' | 'M' | 'Inches'}`

/** A table whose header has been found. */
export type FoundTable = {
  headers: string[]
  /** Of the same headers in whatever order and case; what a remembered mapping is found by. */
  fingerprint: string
  /** The first rows below the header, for a person to see what a column holds; long cells are cut. */
  samples: string[][]
  proposal: TableMapping
  /** True when the proposal can be used without asking: a known layout, or every required field named unmistakably. */
  isCertain: boolean
}
