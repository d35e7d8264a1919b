import { createRoute, z } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import type { PageCache } from '../../clients/cache/page-cache.ts'
import type { Database } from '../../db/database.ts'
import { makeListingPage } from '../../db/storefront/listing-pages.ts'
import { isFirstPage, listingQuestion, pageKey } from '../../domain/storefront/listing-page.ts'
import { LISTING_SORTS } from '../../domain/storefront/listing.ts'
import { createRouter, json, PageQuery, pageOf, problems } from '../openapi.ts'
import type { AnsweredBefore } from './answered-before.ts'
import { answerPage } from './answer-page.ts'
import { positionAt } from './bound-cursor.ts'
import { NOT_MODIFIED } from './cached.ts'
import type { HitLog } from './hit-log.ts'
import { Category, City, Shop, type FindScope } from './scope.ts'
import { ShopProduct } from './shapes.ts'

const Listing = pageOf(ShopProduct)
type Listing = z.infer<typeof Listing>

export const ListingParameters = z.strictObject({
  city: City.optional(),
  shop: Shop.optional(),
  category: Category.optional(),
  sort: z.enum(LISTING_SORTS).default('popular'),
  ...PageQuery.shape,
})

const integer = z.string().regex(/^-?\d{1,18}$/)
/** Where a cursor goes on: the order's key and the id of the last shop product. */
export const ListingPosition = z.tuple([integer, integer])

type Deps = {
  storefront: Kysely<Database>
  cache: PageCache
  findScope: FindScope
  hitLog?: Pick<HitLog, 'note'>
  before?: Pick<AnsweredBefore, 'note'>
}

export function listings({ storefront, cache, findScope, hitLog, before }: Deps) {
  return createRouter().openapi(
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
        ...NOT_MODIFIED,
        ...problems(400, 503),
      },
    }),
    async (c) => {
      const { sort, limit, cursor, ...named } = c.req.valid('query')
      const asked = { scope: await findScope(named), sort, limit, cursor }
      positionAt(listingQuestion(asked), cursor, ListingPosition)
      const key = pageKey(asked)
      const page = await cache.read(key, () => makeListingPage(storefront, asked))
      if (isFirstPage(key)) hitLog?.note(key)
      const address = c.env?.incoming?.url
      if (address) before?.note(address, key)
      return answerPage<Listing>(c, page)
    },
  )
}
