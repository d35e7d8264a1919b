import { createRoute, z } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import type { PageCache } from '../../clients/cache/page-cache.ts'
import type { Database } from '../../db/database.ts'
import { findShopProduct } from '../../db/storefront/shop-products.ts'
import { cardKey, isCardId, toCard } from '../../domain/storefront/card.ts'
import { createRouter, Instant, json, problems } from '../openapi.ts'
import { notFound } from '../problem.ts'
import { answerPage } from './answer-page.ts'
import { loadedAs, NOT_MODIFIED } from './cached.ts'
import type { HitLog } from './hit-log.ts'
import { City, type FindScope } from './scope.ts'
import { Money, ShopProduct } from './shapes.ts'

const Attribute = z.object({ name: z.string(), value: z.string(), unit: z.string().optional() })

const ShopProductCard = ShopProduct.extend({
  model: z.string().optional(),
  vendorCode: z.string().optional(),
  barcodes: z.array(z.string()),
  categoryPath: z.array(z.object({ id: z.string(), name: z.string() })),
  description: z
    .string()
    .optional()
    .openapi({ description: 'As the seller wrote it: may hold HTML, sanitise it before showing' }),
  attributes: z.array(Attribute),
  pictures: z.array(z.string()),
  weightGrams: z.int().optional(),
  dimensionsMm: z
    .object({ length: z.int(), width: z.int(), height: z.int() })
    .optional()
    .openapi({ description: 'Of the package' }),
  variants: z
    .array(
      z.object({
        id: z.string(),
        name: z.string(),
        picture: z.string().optional(),
        price: Money,
        available: z.boolean(),
        attributes: z.array(Attribute),
      }),
    )
    .openapi({ description: 'The same thing in another colour, size …: goods of the same group' }),
  delivery: z.null().openapi({ description: 'The estimate for the city, when there is one' }),
  updatedAt: Instant,
}).openapi('ShopProductCard')

type Deps = {
  storefront: Kysely<Database>
  cache: PageCache
  findScope: FindScope
  hitLog?: Pick<HitLog, 'note'>
}

export const shopProducts = ({ storefront, cache, findScope, hitLog }: Deps) =>
  createRouter().openapi(
    createRoute({
      method: 'get',
      path: '/shop-products/{id}',
      tags: ['Storefront'],
      summary: 'A shop product with its stock in a city',
      request: {
        params: z.object({ id: z.string().max(64) }),
        query: z.strictObject({ city: City.optional() }),
      },
      responses: {
        200: json(ShopProductCard, 'The shop product'),
        ...NOT_MODIFIED,
        ...problems(400, 404, 503),
      },
    }),
    async (c) => {
      const { id } = c.req.valid('param')
      const { city } = await findScope(c.req.valid('query'))
      if (!isCardId(id)) throw notFound()
      const key = cardKey({ id, city })
      const page = await cache.read(key, async () => {
        const row = await findShopProduct(storefront, id, city)
        if (!row) throw notFound()
        const card: z.infer<typeof ShopProductCard> = toCard(row)
        return loadedAs('card', JSON.stringify(card))
      })
      hitLog?.note(key)
      return answerPage<z.infer<typeof ShopProductCard>>(c, page)
    },
  )
