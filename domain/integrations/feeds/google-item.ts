import { hasGtinChecksum, isGtinShaped } from '../gtin.ts'
import { formatMinor } from '../money.ts'
import { clean, cut } from '../plain-text.ts'
import type { FeedCategory, FeedProduct, LeftOutReason, Mapped } from './product.ts'
import type { GoogleShipping } from './settings.ts'
import { textOfHtml } from './text-of-html.ts'
import { variantAttributesOf } from './variant-attributes.ts'
import { isWebAddress } from './web-address.ts'

/** An item by the names of Google's attributes, in the order in which they are written; texts before escaping. */
export type GoogleItem = {
  [Name in GoogleAttribute]?: string
} & { additional_image_link: string[]; shipping: ShippingTexts[] }

export type ShippingTexts = { country: string; region?: string; service?: string; price: string }

/** Every attribute that comes once; RSS and TSV write them alike. */
export const GOOGLE_ATTRIBUTES = [
  'id',
  'title',
  'description',
  'link',
  'image_link',
  'availability',
  'price',
  'sale_price',
  'brand',
  'gtin',
  'mpn',
  'identifier_exists',
  'condition',
  'product_type',
  'item_group_id',
  'color',
  'size',
  'material',
  'pattern',
  'gender',
  'age_group',
  'shipping_weight',
  'shipping_length',
  'shipping_width',
  'shipping_height',
] as const
export type GoogleAttribute = (typeof GOOGLE_ATTRIBUTES)[number]

/** Google's product data specification, support.google.com/merchants/answer/7052112. */
const LIMITS = {
  id: 50,
  title: 150,
  description: 5_000,
  brand: 70,
  mpn: 70,
  productType: 750,
  additionalImages: 10,
}

export type GoogleTerms = {
  country: string
  currency: string
  shipping: readonly GoogleShipping[]
  categories: ReadonlyMap<string, Pick<FeedCategory, 'path'>>
}

export function toGoogleItem(product: FeedProduct, terms: GoogleTerms): Mapped<GoogleItem> {
  const pictures = product.pictures.filter(isWebAddress)
  const reasons = reasonsAgainst(product, pictures, terms)
  if (reasons.length > 0) return { reasons }

  const title = cut(clean(product.name), LIMITS.title)
  const { color, size, material, pattern, gender, ageGroup } = variantAttributesOf(
    product.attributes,
  )
  const item: GoogleItem = {
    id: product.externalId,
    title,
    description: cut(textOfHtml(product.description ?? ''), LIMITS.description) || title,
    link: product.url!,
    image_link: pictures[0]!,
    additional_image_link: pictures.slice(1, 1 + LIMITS.additionalImages),
    availability: isInStock(product) ? 'in_stock' : 'out_of_stock',
    ...pricesOf(product),
    ...identifiersOf(product),
    condition: 'new',
    ...given('product_type', productType(terms.categories.get(product.categoryId)?.path ?? [])),
    ...given('item_group_id', groupOf(product)),
    ...given('color', color),
    ...given('size', size),
    ...given('material', material),
    ...given('pattern', pattern),
    ...given('gender', gender),
    ...given('age_group', ageGroup),
    shipping: terms.shipping.map(({ country, region, service, priceMinor }) => ({
      country: country ?? terms.country,
      ...(region ? { region } : {}),
      ...(service ? { service } : {}),
      price: money(priceMinor, terms.currency),
    })),
  }
  if (product.weightGrams) item.shipping_weight = `${product.weightGrams} g`
  if (product.lengthMm) item.shipping_length = centimetres(product.lengthMm)
  if (product.widthMm) item.shipping_width = centimetres(product.widthMm)
  if (product.heightMm) item.shipping_height = centimetres(product.heightMm)
  return { item }
}

function reasonsAgainst(
  { externalId, name, url, currency }: FeedProduct,
  pictures: readonly string[],
  terms: GoogleTerms,
): LeftOutReason[] {
  const reasons: LeftOutReason[] = []
  if (externalId.length > LIMITS.id)
    reasons.push({ field: 'id', code: 'id-too-long', value: externalId })
  if (clean(name) === '') reasons.push({ field: 'title', code: 'name-missing' })
  if (url === null || !isWebAddress(url))
    reasons.push({ field: 'link', code: 'link-missing', ...(url ? { value: url } : {}) })
  if (pictures.length === 0) reasons.push({ field: 'image_link', code: 'picture-missing' })
  if (currency !== terms.currency)
    reasons.push({ field: 'price', code: 'currency-not-accepted', value: currency })
  return reasons
}

/** What the seller offers, and what no warehouse is known to have run out of. */
const isInStock = ({ available, units }: FeedProduct) => available && units !== 0

function pricesOf({ priceMinor, oldPriceMinor, currency }: FeedProduct) {
  const price = money(priceMinor, currency)
  return oldPriceMinor !== null && oldPriceMinor > priceMinor
    ? { price: money(oldPriceMinor, currency), sale_price: price }
    : { price }
}

/** Without a GTIN, or a brand with the maker's article, Google asks to be told that there are none. */
function identifiersOf({ brand, vendorCode, barcodes }: FeedProduct): Partial<GoogleItem> {
  const gtin = barcodes.find(isTradeItem)
  const named = cut(clean(brand ?? ''), LIMITS.brand)
  const mpn = cut(clean(vendorCode ?? ''), LIMITS.mpn)
  const identified = gtin !== undefined || (named !== '' && mpn !== '')
  return {
    ...given('brand', named),
    ...given('gtin', gtin),
    ...given('mpn', mpn),
    ...(identified ? {} : { identifier_exists: 'no' }),
  }
}

/** Numbers with the prefixes 2, 02 and 04 are given inside shops and companies: Google refuses them. */
function isTradeItem(barcode: string): boolean {
  if (!isGtinShaped(barcode) || !hasGtinChecksum(barcode)) return false
  const gtin13 = barcode.padStart(14, '0').slice(1)
  return barcode.length === 8 || !/^(?:2|02|04)/.test(gtin13)
}

const productType = (path: readonly string[]) =>
  cut(path.map((name) => clean(name).replaceAll('>', '›')).join(' > '), LIMITS.productType)

const groupOf = ({ groupId }: FeedProduct) =>
  groupId !== null && groupId.length <= LIMITS.id ? groupId : undefined

const money = (minor: number, currency: string) => `${formatMinor(minor, currency)} ${currency}`

const centimetres = (sizeMm: number) => `${Math.floor(sizeMm / 10)}.${sizeMm % 10} cm`

const given = <Name extends GoogleAttribute>(
  name: Name,
  text: string | undefined,
): Partial<Record<Name, string>> =>
  text ? ({ [name]: text } as Partial<Record<Name, string>>) : {}
