import { parseDecimal } from '../decimal.ts'
import type { OfferTerms } from '../findings.ts'
import { clean } from '../plain-text.ts'
import type { RawTextField } from '../raw-offer.ts'
import { ROW_LIMITS } from '../row-limits.ts'
import { readAvailability } from './availability.ts'
import { parseAttributes, parseOutlets } from './cell-lists.ts'
import { headerKey } from './header-text.ts'
import type { ColumnTarget, MeasureTarget, TableMapping } from './mapping.ts'
import { MEASURES } from './measure-targets.ts'
import { hasRoom, type TableOffer } from './table-offer.ts'

/** Puts the text of one cell, never an empty one, where it belongs. */
type Setter = (offer: TableOffer, text: string) => void

export type Columns = {
  /** Fills the offer from the cells of its row. */
  fill(offer: TableOffer, cells: readonly string[]): void
  terms: OfferTerms
  /** Whether any column tells the category. */
  hasCategory: boolean
  /** Where a column of this target stands; -1 where none does. */
  indexOf(target: ColumnTarget): number
}

/**
 * Makes of a mapping what its rows are read by: looked up once, not for each row. A row with something beyond `width` cells
 * was cut where its writer did not mean to.
 */
export function compileColumns(
  mapping: TableMapping,
  headers: readonly string[],
  width = Infinity,
): Columns {
  const exact = new Map(Object.entries(mapping.columns))
  const alike = new Map(Array.from(exact, ([header, target]) => [headerKey(header), target]))
  const targets = headers.map((header) => exact.get(header) ?? alike.get(headerKey(header)))
  const used: { index: number; header: string; set: Setter }[] = []
  targets.forEach((target, index) => {
    const header = headers[index]!
    if (target !== undefined) used.push({ index, header, set: setterOf(target, header) })
  })
  return {
    fill(offer, cells) {
      for (const { index, header, set } of used) {
        const text = cells[index]
        if (text === undefined || text === '') continue
        if (text.length > ROW_LIMITS.fieldLength) offer.raw.tooLong.push(header)
        else if (hasRoom(offer, text.length)) set(offer, text)
      }
      for (let at = width; at < cells.length; at += 1) offer.surplus ||= cells[at]!.trim()
    },
    terms: { fieldNames: fieldNames(targets, headers), defaultCurrency: mapping.currency },
    hasCategory: targets.some((target) => target?.startsWith('category')),
    indexOf: (target) => targets.indexOf(target),
  }
}

function setterOf(target: ColumnTarget, header: string): Setter {
  if (isMeasure(target)) return measureSetter(target)
  const special = SPECIAL_SETTERS.get(target)
  if (special) return special
  const [kind, name] = target.split(/:(.*)/s) as [string, string | undefined]
  if (kind === 'attribute') return attributeSetter(name!, header)
  if (kind === 'outlet')
    return ({ raw }, text) => {
      raw.outlets.push({ id: name, units: text })
    }
  if (kind === 'categoryLevel') {
    const level = Number(name) - 1
    return ({ categoryLevels }, text) => {
      categoryLevels[level] ||= text
    }
  }
  if (name !== undefined)
    return (offer, text) => {
      offer.own ??= new Map()
      if (!offer.own.has(target)) offer.own.set(target, text.trim())
    }
  const field = target as RawTextField
  return ({ raw }, text) => {
    raw[field] ||= text
  }
}

const SPECIAL_SETTERS = new Map<ColumnTarget, Setter>([
  ['picture', ({ raw }, text) => addPictures(raw.pictures, text)],
  ['barcode', ({ raw }, text) => void raw.barcodes.push(text)],
  ['attributes', ({ raw }, text) => void raw.attributes.push(...parseAttributes(text))],
  ['outlets', ({ raw }, text) => void raw.outlets.push(...parseOutlets(text))],
  ['categoryPath', (offer, text) => void (offer.categoryPath ||= text.trim())],
  ['oldPrice', ({ raw }, text) => void (isZero(text) || (raw.oldPrice ||= text))],
  ['weightKg', ({ raw }, text) => void (isZero(text) || (raw.weightKg ||= text))],
  ['available', setAvailable],
])

function attributeSetter(name: string, header: string): Setter {
  const unit = /[^(,]\s*(?:\(([^()]{1,24})\)|,\s*([^,()]{1,12}))$/.exec(header)
  const measured = name === header ? undefined : (unit?.[1] ?? unit?.[2])
  return ({ raw }, text) => {
    raw.attributes.push({ name, value: text, unit: measured })
  }
}

function setAvailable({ raw }: TableOffer, text: string): void {
  const { available, units } = readAvailability(text)
  raw.available ||= available
  if (units !== undefined) raw.units ||= units
}

/** Zero stands for unknown in every export that has the column but not the measure. */
function measureSetter(target: MeasureTarget): Setter {
  const { of, factor } = MEASURES[target]
  return (offer, text) => {
    if (isZero(text)) return
    const converted = convert(text, factor)
    if (of === 'weight') offer.raw.weightKg ||= converted
    else offer[of] ||= converted
  }
}

/** As it stands where it is no number, for the complaint to quote it. */
function convert(text: string, factor: number): string {
  if (factor === 1) return text.trim()
  const decimal = parseDecimal(text.trim().replace(/^(\d+),(\d+)$/, '$1.$2'))
  if (decimal === undefined || decimal === 'ambiguous' || decimal.negative) return text.trim()
  return (Number(`${decimal.integer}.${decimal.fraction || '0'}`) * factor).toFixed(4)
}

function isMeasure(target: ColumnTarget): target is MeasureTarget {
  return Object.hasOwn(MEASURES, target)
}

function isZero(text: string): boolean {
  return text.length < 12 && /^\s*0*(?:[.,]0*)?\s*$/.test(text)
}

/** One address, or a list of them by commas, semicolons, bars or white space, any of which an address may hold too. */
export function addPictures(pictures: string[], text: string): void {
  let start = 0
  for (let next = text.indexOf('http', 1); next >= 0; next = text.indexOf('http', next + 4)) {
    if (!isSeparator(text.charCodeAt(next - 1))) continue
    pictures.push(withoutSeparators(text, start, next))
    start = next
  }
  pictures.push(withoutSeparators(text, start, text.length))
}

function withoutSeparators(text: string, start: number, end: number): string {
  let last = end
  while (last > start && isSeparator(text.charCodeAt(last - 1))) last -= 1
  return text.slice(start, last)
}

/** White space, comma, semicolon or bar. */
function isSeparator(code: number): boolean {
  return code <= 0x20 || code === 0x2c || code === 0x3b || code === 0x7c || code === 0xa0
}

/** How the file calls the fields: by its own headers. */
function fieldNames(
  targets: readonly (ColumnTarget | undefined)[],
  headers: readonly string[],
): OfferTerms['fieldNames'] {
  const named = (field: string, ...prefixes: string[]) => {
    const index = targets.findIndex(
      (target) => target === field || prefixes.some((prefix) => target?.startsWith(prefix)),
    )
    return index < 0 ? field : clean(headers[index])
  }
  return {
    id: named('id', 'shopify:handle'),
    type: named('type'),
    groupId: named('groupId'),
    available: named('available'),
    disabled: named('disabled'),
    name: named('name'),
    title: named('title'),
    typePrefix: named('typePrefix'),
    brand: named('brand'),
    model: named('model'),
    vendorCode: named('vendorCode'),
    categoryId: named('category', 'categoryPath', 'categoryLevel:'),
    description: named('description'),
    price: named('price', 'woocommerce:regularPrice'),
    oldPrice: named('oldPrice', 'woocommerce:regularPrice'),
    currency: named('currency'),
    url: named('url'),
    weightKg: named('weightKg', 'weight'),
    dimensionsCm: named('dimensionsCm', 'length', 'width', 'height'),
    units: named('units'),
    picture: named('picture'),
    barcode: named('barcode'),
    attribute: named('attribute', 'attribute:', 'attributes'),
    outlet: named('outlet', 'outlet:', 'outlets'),
  }
}
