import type { Columns } from '../columns.ts'
import { cut } from '../../plain-text.ts'
import { ROW_LIMITS } from '../../row-limits.ts'
import { hash } from '../fingerprint.ts'
import { emptyTableOffer, type TableOffer } from '../table-offer.ts'
import { collector } from './collector.ts'
import type { Goods, Ordinals } from './goods.ts'

/** Shopify allows 2,048 variants of a product; what comes after so many rows is read as a product of its own. */
const MOST_ROWS = 2_500
/** Of the texts of one product together. */
const MOST_CHARACTERS = 4_194_304

/**
 * Rows of one `Handle` are one product: the first tells what it is, each with a price or a SKU is a variant, the others only
 * add pictures. A variant is known by its SKU, else by handle and options.
 */
export function shopifyGoods(columns: Columns, ordinals: Ordinals): Goods {
  const offers = collector()
  const handleAt = columns.indexOf('shopify:handle')
  const variantSigns = (['price', 'vendorCode', 'shopify:optionValue1'] as const)
    .map((target) => columns.indexOf(target))
    .filter((at) => at >= 0)
  let rows: TableOffer[] = []
  let rowsTaken = 0
  let characters = 0
  let openHandle = ''
  let pictures: string[] = []
  const close = () => {
    const [product] = rows
    if (product) for (const variant of rows) offers.push(finish(variant, product, pictures))
    rows = []
    pictures = []
    rowsTaken = 0
    characters = 0
  }
  return {
    take({ line, cells, section }) {
      const handle = cells[handleAt]?.trim() ?? ''
      const isFull = rowsTaken >= MOST_ROWS || characters > MOST_CHARACTERS
      if (handle === '' || handle !== openHandle || isFull) close()
      openHandle = handle
      rowsTaken += 1
      const isVariant =
        rows.length === 0 || variantSigns.some((at) => (cells[at] ?? '').trim() !== '')
      if (isVariant) ordinals.last += 1
      const offer = emptyTableOffer(ordinals.last, line, section)
      columns.fill(offer, cells)
      characters += offer.characters
      if (pictures.length <= ROW_LIMITS.pictures) pictures.push(...offer.raw.pictures)
      if (isVariant) rows.push(offer)
      return ordinals.last
    },
    finished: offers.take,
    end: close,
  }
}

function finish(variant: TableOffer, product: TableOffer, pictures: readonly string[]): TableOffer {
  const { raw } = variant
  const own = (what: string) => variant.own?.get(`shopify:${what}`) || ''
  for (const field of ['name', 'description', 'brand', 'available', 'currency'] as const)
    raw[field] ||= product.raw[field]
  variant.categoryPath ||= product.categoryPath
  variant.section ||= product.section
  const handle = own('handle')
  raw.groupId = handle
  const options: string[] = []
  for (const place of [1, 2, 3]) {
    const value = own(`optionValue${place}`)
    const name = own(`optionName${place}`) || product.own?.get(`shopify:optionName${place}`)
    if (value === '' || (name === 'Title' && value === 'Default Title')) continue
    options.push(value)
    raw.attributes.push({ name, value, unit: undefined })
  }
  raw.id = raw.vendorCode?.trim() || idOf(handle, options)
  const first = own('variantImage')
  raw.pictures = first === '' ? [...pictures] : [first, ...pictures]
  return variant
}

function idOf(handle: string, options: readonly string[]): string {
  const id = [handle, ...options].join('/')
  return id.length <= ROW_LIMITS.idLength ? id : `${cut(id, ROW_LIMITS.idLength - 17)}~${hash(id)}`
}
