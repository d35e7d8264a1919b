import { parseDecimal, scaleDecimal } from './decimal.ts'
import { Findings, type OfferTerms } from './findings.ts'
import { hasGtinChecksum, isGtinShaped } from './gtin.ts'
import { parseDimensionsCm, parseWeightKg } from './measures.ts'
import { parsePrice, toCurrency } from './money.ts'
import { clean, cut } from './plain-text.ts'
import type { RawOffer, RawTextField } from './raw-offer.ts'
import { ROW_LIMITS } from './row-limits.ts'
import type { CatalogRow, RowAttribute, RowError, RowOutlet } from './row.ts'

export type NormalisedOffer = { row: CatalogRow | undefined; errors: RowError[] }

/**
 * Makes a row of an offer, or says why not: the row is absent when, and only when, one of the errors is of level `error`.
 * Nothing is guessed about id, name, category and price; of the rest, what cannot be used is left out with a warning.
 */
export function normaliseOffer(raw: RawOffer, terms: OfferTerms): NormalisedOffer {
  const findings = new Findings(raw, terms)
  for (const field of raw.tooLong) findings.reject('field-too-long', field)
  if (raw.tooLarge) {
    findings.reject('row-too-large', undefined)
    return { row: undefined, errors: findings.errors }
  }

  const externalId = readId(raw, findings)
  const name = readName(raw, findings)
  const categoryExternalId = readCategory(raw, findings)
  const currency = readCurrency(raw, findings, terms.defaultCurrency)
  const priceMinor = readPrice(raw, findings, currency)
  if (findings.rejected) return { row: undefined, errors: findings.errors }

  const row: CatalogRow = {
    row: raw.row,
    externalId,
    offerType: cut(clean(raw.type), ROW_LIMITS.codeLength) || 'simplified',
    name,
    categoryExternalId,
    priceMinor,
    currency,
    pictures: readPictures(raw, findings),
    barcodes: readBarcodes(raw, findings),
    attributes: readAttributes(raw, findings),
    available: readAvailable(raw, findings),
    outlets: readOutlets(raw, findings),
  }
  if (raw.line !== undefined) row.line = raw.line
  assignCodes(row, raw, findings)
  assignDescription(row, raw, findings)
  assignOldPrice(row, raw, findings)
  assignUrl(row, raw, findings)
  assignSizes(row, raw, findings)
  assignUnits(row, raw, findings)
  return { row, errors: findings.errors }
}

function readId(raw: RawOffer, findings: Findings): string {
  const id = raw.id?.trim() ?? ''
  if (id === '') findings.reject('id-missing', findings.name('id'))
  else if (id.length > ROW_LIMITS.idLength) findings.reject('id-too-long', findings.name('id'), id)
  else if (INVISIBLE.test(id)) findings.reject('id-invalid', findings.name('id'), id)
  return id
}

/** Control and format characters, and lone surrogates: what a person cannot see or type. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u

/**
 * `vendor.model` is shown as type, brand and model together, `artist.title` by its title, everything else (and types that
 * nobody knows) by its name; each falls back on what there is.
 */
function readName(raw: RawOffer, findings: Findings): string {
  const named = clean(raw.name)
  const titled = clean(raw.title)
  const model = clean(raw.model)
  const composed = model === '' ? '' : composeName(clean(raw.typePrefix), clean(raw.brand), model)
  const type = raw.type?.trim()
  const name =
    type === 'vendor.model'
      ? composed || named || titled
      : type === 'artist.title'
        ? titled || named || composed
        : named || titled || composed
  if (name === '') findings.rejectAbsent('name-missing', NAME_FIELDS.get(type) ?? 'name')
  if (name.length <= ROW_LIMITS.nameLength) return name
  findings.warn('name-shortened', NAME_FIELDS.get(type) ?? 'name', name)
  return cut(name, ROW_LIMITS.nameLength)
}

/** Many shops write the brand into the model too: it is said once. */
function composeName(typePrefix: string, brand: string, model: string): string {
  const isSaid =
    model.toLowerCase().startsWith(brand.toLowerCase()) &&
    !/[\p{L}\p{N}]/u.test(model.charAt(brand.length))
  return [typePrefix, isSaid ? '' : brand, model].filter(Boolean).join(' ')
}

const NAME_FIELDS = new Map<string | undefined, RawTextField>([
  ['vendor.model', 'model'],
  ['artist.title', 'title'],
])

function readCategory(raw: RawOffer, findings: Findings): string {
  const id = raw.categoryId?.trim() ?? ''
  if (id === '') findings.rejectAbsent('category-missing', 'categoryId')
  else if (id.length > ROW_LIMITS.codeLength)
    findings.reject('field-too-long', findings.name('categoryId'), id)
  return id
}

function readCurrency(raw: RawOffer, findings: Findings, defaultCurrency: string): string {
  const text = raw.currency?.trim() ?? ''
  if (text === '') {
    findings.warn('currency-missing', 'currency', defaultCurrency)
    return defaultCurrency
  }
  const currency = toCurrency(text)
  if (currency === undefined) findings.reject('currency-unknown', findings.name('currency'), text)
  return currency ?? defaultCurrency
}

function readPrice(raw: RawOffer, findings: Findings, currency: string): number {
  const text = raw.price?.trim() ?? ''
  if (text === '') {
    findings.rejectAbsent('price-missing', 'price')
    return 0
  }
  const price = parsePrice(text, currency)
  if (typeof price === 'number') return price
  findings.reject(price, findings.name('price'), text)
  return 0
}

function assignOldPrice(row: CatalogRow, raw: RawOffer, findings: Findings): void {
  const text = raw.oldPrice?.trim() ?? ''
  if (text === '') return
  const oldPrice = parsePrice(text, row.currency)
  if (typeof oldPrice !== 'number') findings.warn('old-price-invalid', 'oldPrice', text)
  else if (oldPrice <= row.priceMinor) findings.warn('old-price-not-greater', 'oldPrice', text)
  else row.oldPriceMinor = oldPrice
}

function assignCodes(row: CatalogRow, raw: RawOffer, findings: Findings): void {
  const code = (field: 'groupId' | 'brand' | 'model' | 'vendorCode') => {
    const text = clean(raw[field])
    if (text.length <= ROW_LIMITS.codeLength) return text
    findings.warn('field-too-long', field, text)
    return ''
  }
  const groupId = code('groupId')
  const brand = code('brand')
  const model = code('model')
  const vendorCode = code('vendorCode')
  if (groupId !== '') row.groupId = groupId
  if (brand !== '') row.brand = brand
  if (model !== '') row.model = model
  if (vendorCode !== '') row.vendorCode = vendorCode
}

function assignDescription(row: CatalogRow, raw: RawOffer, findings: Findings): void {
  const text = raw.description?.trim() ?? ''
  if (text === '') return
  if (text.length > ROW_LIMITS.descriptionLength) {
    findings.warn('description-long', 'description', String(text.length))
  }
  row.description = text
}

function assignUrl(row: CatalogRow, raw: RawOffer, findings: Findings): void {
  const url = raw.url?.trim() ?? ''
  if (url === '') return
  if (isWebAddress(url)) row.url = url
  else findings.warn('url-invalid', 'url', url)
}

function readPictures(raw: RawOffer, findings: Findings): string[] {
  const pictures: string[] = []
  for (const text of raw.pictures) {
    const url = text.trim()
    if (url === '' || pictures.includes(url)) continue
    if (!isWebAddress(url)) findings.warn('picture-invalid', 'picture', url)
    else if (pictures.length < ROW_LIMITS.pictures) pictures.push(url)
    else {
      findings.warn('pictures-too-many', 'picture', String(raw.pictures.length))
      break
    }
  }
  return pictures
}

function isWebAddress(text: string): boolean {
  return text.length <= ROW_LIMITS.urlLength && WEB_ADDRESS.test(text)
}

const WEB_ADDRESS = /^https?:\/\/[^\s/?#"<>\\][^\s"<>\\]*$/i

function readBarcodes(raw: RawOffer, findings: Findings): string[] {
  const barcodes: string[] = []
  for (const text of raw.barcodes) {
    for (const barcode of isGtinShaped(text) ? [text] : text.split(/[,;\s]+/)) {
      if (barcode === '' || barcodes.includes(barcode)) continue
      if (barcodes.length >= ROW_LIMITS.barcodes) {
        findings.warn('barcodes-too-many', 'barcode', String(raw.barcodes.length))
        return barcodes
      }
      if (!isGtinShaped(barcode)) {
        findings.warn('barcode-invalid', 'barcode', barcode)
        continue
      }
      if (!hasGtinChecksum(barcode)) findings.warn('barcode-checksum', 'barcode', barcode)
      barcodes.push(barcode)
    }
  }
  return barcodes
}

function readAttributes(raw: RawOffer, findings: Findings): RowAttribute[] {
  const attributes: RowAttribute[] = []
  for (const { name, value, unit } of raw.attributes) {
    const called = clean(name)
    const told = value.trim()
    if (told === '') continue
    if (called === '' || called.length > ROW_LIMITS.attributeNameLength) {
      findings.warn('attribute-invalid', 'attribute', called === '' ? told : called)
      continue
    }
    if (attributes.length >= ROW_LIMITS.attributes) {
      findings.warn('attributes-too-many', 'attribute', String(raw.attributes.length))
      break
    }
    if (told.length > ROW_LIMITS.attributeValueLength) {
      findings.warn('attribute-shortened', 'attribute', called)
    }
    const attribute: RowAttribute = {
      name: called,
      value: cut(told, ROW_LIMITS.attributeValueLength),
    }
    const measured = clean(unit)
    if (measured !== '') attribute.unit = cut(measured, ROW_LIMITS.codeLength)
    attributes.push(attribute)
  }
  return attributes
}

function readAvailable(raw: RawOffer, findings: Findings): boolean {
  const available = readFlag(raw.available, true)
  const disabled = readFlag(raw.disabled, false)
  if (available === undefined) findings.warn('available-invalid', 'available', raw.available)
  if (disabled === undefined) findings.warn('available-invalid', 'disabled', raw.disabled)
  return available === true && disabled === false
}

function readFlag(text: string | undefined, absent: boolean): boolean | undefined {
  const word = text?.trim().toLowerCase() ?? ''
  return word === '' ? absent : FLAGS.get(word)
}

const FLAGS = new Map([
  ['true', true],
  ['1', true],
  ['yes', true],
  ['да', true],
  ['false', false],
  ['0', false],
  ['no', false],
  ['нет', false],
])

function assignUnits(row: CatalogRow, raw: RawOffer, findings: Findings): void {
  const text = raw.units?.trim() ?? ''
  if (text === '') return
  const units = readUnits(text)
  if (units === undefined) findings.warn('units-invalid', 'units', text)
  else row.units = units
}

/** The last word on a warehouse counts. */
function readOutlets(raw: RawOffer, findings: Findings): RowOutlet[] {
  if (raw.outlets.length === 0) return []
  const byId = new Map<string, number>()
  for (const outlet of raw.outlets) {
    const id = outlet.id?.trim() ?? ''
    const units = readUnits(outlet.units?.trim() ?? '')
    if (id === '' || id.length > ROW_LIMITS.codeLength || units === undefined) {
      findings.warn('outlet-invalid', 'outlet', `${id}: ${outlet.units?.trim() ?? ''}`)
    } else {
      byId.set(id, units)
    }
  }
  return Array.from(byId, ([externalId, units]) => ({ externalId, units }))
}

function readUnits(text: string): number | undefined {
  const decimal = parseDecimal(text)
  if (decimal === undefined || decimal === 'ambiguous') return undefined
  if (decimal.negative || decimal.fraction !== '') return undefined
  return scaleDecimal(decimal, 0, ROW_LIMITS.units)
}

function assignSizes(row: CatalogRow, raw: RawOffer, findings: Findings): void {
  const weight = raw.weightKg?.trim() ?? ''
  if (weight !== '') {
    const grams = parseWeightKg(weight)
    if (grams === undefined) findings.warn('weight-invalid', 'weightKg', weight)
    else row.weightGrams = grams
  }
  const dimensions = raw.dimensionsCm?.trim() ?? ''
  if (dimensions !== '') {
    const sizes = parseDimensionsCm(dimensions)
    if (sizes === undefined) findings.warn('dimensions-invalid', 'dimensionsCm', dimensions)
    else Object.assign(row, sizes)
  }
}
