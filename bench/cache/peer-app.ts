import { createRoute, type z } from '@hono/zod-openapi'
import { requestId } from 'hono/request-id'
import type { Kysely } from 'kysely'
import { answerFailures, refuseOtherMethods } from '../../api/failures.ts'
import { limits } from '../../api/limits.ts'
import { createRouter, json, pageOf, problems } from '../../api/openapi.ts'
import { secureHeaders } from '../../api/secure-headers.ts'
import { positionAt } from '../../api/storefront/bound-cursor.ts'
import { knownCategories } from '../../api/storefront/known-categories.ts'
import { ListingParameters, ListingPosition } from '../../api/storefront/listings.ts'
import { scopeFinder } from '../../api/storefront/scope.ts'
import { ShopProduct } from '../../api/storefront/shapes.ts'
import { traceRequests } from '../../api/trace.ts'
import { etagOf } from '../../clients/cache/representations.ts'
import { createLogger } from '../../clients/logger.ts'
import type { Database } from '../../db/database.ts'
import { makeListingPage } from '../../db/storefront/listing-pages.ts'
import { listingQuestion, pageKey } from '../../domain/storefront/listing-page.ts'

const Listing = pageOf(ShopProduct)

/** What a peer keeps: the page as an object. Its tag is made once, with it. */
export type KeptPage = { page: z.infer<typeof Listing>; etag: string }
export type GetOrSet = (key: string, make: () => Promise<KeptPage>) => Promise<KeptPage>

/**
 * The listings as a Hono app answers them with a cache of objects from npm and `c.json`: behind the product's own
 * middleware, validation and look-ups, and with the same headers.
 */
export function createPeerApp(storefront: Kysely<Database>, getOrSet: GetOrSet) {
  const app = createRouter()
  answerFailures(app, createLogger({ level: 'silent', name: 'peer' }))
  app.use(requestId({ limitLength: 128 }), secureHeaders())
  app.use(traceRequests(), refuseOtherMethods(app), ...limits())
  const findScope = scopeFinder(storefront, knownCategories(storefront))
  const listings = createRouter().openapi(
    createRoute({
      method: 'get',
      path: '/listings',
      request: { query: ListingParameters },
      responses: { 200: json(Listing, 'A page of the listing'), ...problems(400, 503) },
    }),
    async (c) => {
      const { sort, limit, cursor, ...named } = c.req.valid('query')
      const asked = { scope: await findScope(named), sort, limit, cursor }
      positionAt(listingQuestion(asked), cursor, ListingPosition)
      const { scope, page: name } = pageKey(asked)
      const { page, etag } = await getOrSet(`listing ${scope} ${name}`, async () => {
        const { body } = await makeListingPage(storefront, asked)
        return { page: JSON.parse(body) as KeptPage['page'], etag: etagOf(Buffer.from(body)) }
      })
      return c.json(page, 200, {
        ETag: `"${etag}"`,
        Vary: 'Accept-Encoding',
        'Cache-Control': 'public, max-age=1, stale-while-revalidate=4, stale-if-error=300',
        'Cache-Status': 'peer; hit',
      })
    },
  )
  return app.route('/v1', listings)
}
