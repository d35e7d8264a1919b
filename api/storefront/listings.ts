import { createRoute, z } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import type { ListingCache } from '../../clients/cache/listing-cache.ts'
import type { Database } from '../../db/database.ts'
import { readListing, type ListingQuery } from '../../db/storefront/listings.ts'
import { encodeCursor } from '../../domain/storefront/cursor.ts'
import { LISTING_SORTS, scopeKey } from '../../domain/storefront/listing.ts'
import { createRouter, json, PageQuery, pageOf, problems } from '../openapi.ts'
import { answerPage, encodingFor } from './answer-page.ts'
import { positionAt } from './bound-cursor.ts'
import { Category, City, Shop, type FindScope } from './scope.ts'
import { ShopProduct, toShopProduct } from './shapes.ts'

const Listing = pageOf(ShopProduct)
type Listing = z.infer<typeof Listing>

const ListingParameters = z.strictObject({
  city: City.optional(),
  shop: Shop.optional(),
  category: Category.optional(),
  sort: z.enum(LISTING_SORTS).default('popular'),
  ...PageQuery.shape,
})

const integer = z.string().regex(/^-?\d{1,18}$/)
const Position = z.tuple([integer, integer]).transform(([key, id]) => ({ key, id }))

type Deps = { storefront: Kysely<Database>; cache: ListingCache; findScope: FindScope }

export const listings = ({ storefront, cache, findScope }: Deps) =>
  createRouter().openapi(
    createRoute({
      method: 'get',
      path: '/listings',
      tags: ['Storefront'],
      summary: 'Shop products: of a shop, in a category, in stock in a city',
      description:
        '`Cache-Status` (RFC 9211) tells a hit from a miss. Keep the `ETag` and send it as `If-None-Match`.',
      request: { query: ListingParameters },
      responses: {
        200: json(Listing, 'A page of the listing'),
        304: { description: 'The page is as you know it' },
        ...problems(400, 503),
      },
    }),
    async (c) => {
      const { sort, limit, cursor, ...asked } = c.req.valid('query')
      const scope = await findScope(asked)
      const question = `listing ${sort} ${scopeKey(scope)}`
      const after = positionAt(question, cursor, Position)

      const encoding = encodingFor(c)
      const page = await cache.read(
        { scope: scopeKey(scope), page: `${sort}|${limit}|${cursor ?? ''}` },
        encoding,
        () => loadListing(storefront, { scope, sort, limit, after }, question),
      )
      return answerPage<Listing>(c, page, encoding)
    },
  )

async function loadListing(storefront: Kysely<Database>, query: ListingQuery, question: string) {
  const { items, more, settled } = await readListing(storefront, query)
  const last = more ? items.at(-1) : undefined
  const listing: Listing = {
    items: items.map(toShopProduct),
    nextCursor: last ? encodeCursor(question, [last.key, last.id]) : null,
  }
  return { body: JSON.stringify(listing), settled }
}
