import { z } from '@hono/zod-openapi'
import type { FoundDocument } from '../../domain/storefront/search-answer.ts'
import { toShopProduct } from '../../domain/storefront/shown-shop-product.ts'

export const Money = z
  .object({
    amount: z.int().openapi({ description: 'In minor units', example: 129900 }),
    currency: z.string().openapi({ example: 'RUB' }),
  })
  .openapi('Money')

const Named = z.object({ id: z.string(), name: z.string() })

export const ShopProduct = z
  .object({
    id: z.string(),
    externalId: z.string().openapi({ description: 'The id by which the seller knows it' }),
    name: z.string(),
    brand: z.string().optional(),
    category: Named,
    shop: Named,
    price: Money,
    oldPrice: Money.optional(),
    picture: z.string().optional(),
    url: z.string().optional(),
    available: z.boolean().openapi({ description: 'What the seller says' }),
    stock: z
      .int()
      .openapi({ description: 'Units in the city; when none was asked for, in all warehouses' }),
  })
  .openapi('ShopProduct')

export type ShopProduct = z.infer<typeof ShopProduct>

/** A document of the search index as it is shown, with the units of the city. */
export const toFoundShopProduct = (document: FoundDocument, city?: string): ShopProduct =>
  toShopProduct({
    ...document,
    categoryId: document.category.id,
    categoryName: document.category.name,
    shopId: document.shop.id,
    shopName: document.shop.name,
    priceMinor: String(document.priceMinor),
    oldPriceMinor: document.oldPriceMinor === null ? null : String(document.oldPriceMinor),
    picture: document.pictures[0] ?? null,
    units: String(city === undefined ? document.units.total : (document.units.byCity[city] ?? 0)),
  })
