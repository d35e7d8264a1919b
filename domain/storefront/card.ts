import { toShopProduct, type ShopProductRow } from './shown-shop-product.ts'

type Attribute = { name: string; value: string; unit?: string }

export type CardRow = ShopProductRow & {
  model: string | null
  vendorCode: string | null
  barcodes: string[]
  description: string | null
  attributes: Attribute[]
  pictures: string[]
  categoryPath: { id: string; name: string }[]
  weightGrams: number | null
  lengthMm: number | null
  widthMm: number | null
  heightMm: number | null
  variants: Variant[]
  updatedAt: Date
}

/** Another good of the same group: the same thing in another colour, size … */
type Variant = {
  id: string
  name: string
  picture: string | null
  priceMinor: number
  currency: string
  available: boolean
  attributes: Attribute[]
}

/** The page of one shop product, as it is asked for. */
export type CardPage = { id: string; city: string | undefined }

/** Under which name the cache keeps it. */
export const cardKey = ({ id, city }: CardPage) => ({
  kind: 'card',
  scope: id,
  page: city ?? '-',
})

/** The card of this name; `undefined` when we give no such names. */
export const parseCardKey = ({ scope, page }: { scope: string; page: string }) =>
  isCardId(scope) ? { id: scope, city: page === '-' ? undefined : page } : undefined

export const isCardId = (id: string): boolean => /^\d{1,18}$/.test(id)

/** The card as it is answered and kept. */
export const toCard = (row: CardRow) => ({
  ...toShopProduct(row),
  ...(row.model && { model: row.model }),
  ...(row.vendorCode && { vendorCode: row.vendorCode }),
  barcodes: row.barcodes,
  categoryPath: row.categoryPath,
  ...(row.description && { description: row.description }),
  attributes: row.attributes,
  pictures: row.pictures,
  ...(row.weightGrams !== null && { weightGrams: row.weightGrams }),
  ...(row.lengthMm !== null &&
    row.widthMm !== null &&
    row.heightMm !== null && {
      dimensionsMm: { length: row.lengthMm, width: row.widthMm, height: row.heightMm },
    }),
  variants: row.variants.map(({ priceMinor, currency, picture, ...variant }) => ({
    ...variant,
    ...(picture && { picture }),
    price: { amount: priceMinor, currency },
  })),
  delivery: null,
  updatedAt: row.updatedAt.toISOString(),
})
