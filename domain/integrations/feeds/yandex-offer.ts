import { formatMinor } from '../money.ts'
import { cut } from '../plain-text.ts'
import type { FeedAttribute, FeedProduct, LeftOutReason, Mapped } from './product.ts'
import { isWebAddress } from './web-address.ts'

/** An `offer` of YML: texts as they stand in the file, before escaping. */
export type YandexOffer = {
  id: string
  type?: string
  groupId?: string
  available: boolean
  url?: string
  price: string
  oldPrice?: string
  currencyId: string
  categoryId: string
  pictures: string[]
  /** `vendor.model` has a prefix and no name, `artist.title` a title. */
  name?: string
  title?: string
  typePrefix?: string
  vendor?: string
  model?: string
  vendorCode?: string
  description?: string
  barcodes: readonly string[]
  params: readonly FeedAttribute[]
  weightKg?: string
  dimensionsCm?: string
  count?: number
}

/** Yandex's documentation of YML and of the Market API (offer, GetOfferDTO). */
const LIMITS = {
  id: 80,
  name: 256,
  description: 6_000,
  pictures: 10,
}

/** Latin, Cyrillic but «ё», digits and these signs. */
const ID = /^[0-9A-Za-zА-Яа-я.,/\\()[\]\-=_]+$/

/** Older checkers take a group only as a number. */
const GROUP = /^[1-9]\d{0,8}$/

/** Types of which everything that Yandex requires is in every catalogue row; goods of others are offered by name. */
const KEPT_TYPES: ReadonlySet<string> = new Set(['book', 'audiobook', 'artist.title'])

/** @param categories those that the feed lists */
export function toYandexOffer(
  product: FeedProduct,
  categories: { has(id: string): boolean },
): Mapped<YandexOffer> {
  const reasons = reasonsAgainst(product, categories)
  if (reasons.length > 0) return { reasons }

  const { brand, vendorCode, description, units, url, oldPriceMinor } = product
  const offer: YandexOffer = {
    id: product.externalId,
    available: product.available,
    price: formatMinor(product.priceMinor, product.currency),
    currencyId: product.currency,
    categoryId: product.categoryId,
    pictures: product.pictures.filter(isWebAddress).slice(0, LIMITS.pictures),
    ...namesOf(product),
    barcodes: product.barcodes,
    params: product.attributes,
  }
  if (product.groupId !== null && GROUP.test(product.groupId)) offer.groupId = product.groupId
  if (url !== null && isWebAddress(url)) offer.url = url
  if (oldPriceMinor !== null && oldPriceMinor > product.priceMinor)
    offer.oldPrice = formatMinor(oldPriceMinor, product.currency)
  if (brand) offer.vendor = brand
  if (vendorCode) offer.vendorCode = vendorCode
  if (description) offer.description = cut(description, LIMITS.description)
  if (product.weightGrams) offer.weightKg = scaled(product.weightGrams, 3)
  const dimensions = dimensionsOf(product)
  if (dimensions) offer.dimensionsCm = dimensions
  if (units !== null) offer.count = units
  return { item: offer }
}

function reasonsAgainst(
  { externalId, name, currency, categoryId }: FeedProduct,
  categories: { has(id: string): boolean },
): LeftOutReason[] {
  const reasons: LeftOutReason[] = []
  if (externalId.length > LIMITS.id)
    reasons.push({ field: 'id', code: 'id-too-long', value: externalId })
  else if (!ID.test(externalId))
    reasons.push({ field: 'id', code: 'id-characters', value: externalId })
  if (name.trim() === '') reasons.push({ field: 'name', code: 'name-missing' })
  if (currency !== 'RUB')
    reasons.push({ field: 'currencyId', code: 'currency-not-accepted', value: currency })
  if (!categories.has(categoryId))
    reasons.push({ field: 'categoryId', code: 'category-unknown', value: categoryId })
  return reasons
}

type Names = Pick<YandexOffer, 'type' | 'name' | 'title' | 'typePrefix' | 'model'>

/** So that the file, read again, gives the same type, name and model. */
function namesOf({ offerType, name, brand, model }: FeedProduct): Names {
  if (offerType === 'vendor.model' && brand && model) {
    const shown = `${brand} ${model}`
    if (name === shown) return { type: offerType, model }
    if (name.endsWith(` ${shown}`))
      return { type: offerType, typePrefix: name.slice(0, -shown.length - 1), model }
  }
  const names: Names = { ...(model ? { model } : {}) }
  if (KEPT_TYPES.has(offerType)) names.type = offerType
  if (offerType === 'artist.title') names.title = cut(name, LIMITS.name)
  else names.name = cut(name, LIMITS.name)
  return names
}

function dimensionsOf({ lengthMm, widthMm, heightMm }: FeedProduct): string | undefined {
  if (!lengthMm || !widthMm || !heightMm) return undefined
  return [lengthMm, widthMm, heightMm].map((sizeMm) => scaled(sizeMm, 1)).join('/')
}

/** A whole number of the smaller unit in the larger one: 350 g are 0.350 kg. */
function scaled(value: number, digits: number): string {
  const text = String(value).padStart(digits + 1, '0')
  return `${text.slice(0, -digits)}.${text.slice(-digits)}`
}
