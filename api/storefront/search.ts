import type { Client as Elasticsearch } from '@elastic/elasticsearch'
import { createRoute, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Kysely } from 'kysely'
import type { Database } from '../../db/database.ts'
import { listSellersDeliveringTo } from '../../db/storefront/delivery-cities.ts'
import { readSearchLagMs } from '../../db/storefront/search-lag.ts'
import { readSynonyms } from '../../db/storefront/synonyms.ts'
import { categoryFacet, type KnownCategory } from '../../domain/storefront/category-facet.ts'
import { CHECKSUM_LENGTH } from '../../domain/storefront/checksum.ts'
import { encodeCursor, type Position as End } from '../../domain/storefront/cursor.ts'
import type { SearchIndex } from '../../domain/storefront/search-index.ts'
import type { SearchQuestion } from '../../domain/storefront/search-query.ts'
import { isOfWordsAlone } from '../../domain/storefront/selections.ts'
import { callerOf, requestAddress } from '../client-address.ts'
import { createRouter, json, problems, type ApiEnv } from '../openapi.ts'
import { positionAt } from './bound-cursor.ts'
import { crowd } from './crowd.ts'
import { findGoods, type Reading } from './find-goods.ts'
import { indexViews } from './index-view.ts'
import type { Known } from './known.ts'
import { remembering, steady } from './remembering.ts'
import type { FindScope } from './scope.ts'
import type { SearchLog } from './search-log.ts'
import { SearchPage } from './search-page.ts'
import { readQuestion, SearchParameters } from './search-parameters.ts'
import { toFoundShopProduct } from './shapes.ts'

/** How the first page was read, and where the last one ended; the view adds a place of its own. */
const Position = z
  .tuple(
    [
      z.string().max(2_000),
      z.iso.date(),
      z.string().max(CHECKSUM_LENGTH),
      z.enum(['all', 'most']),
      z.string().max(2_000),
    ],
    z.union([z.number(), z.string().max(64)]),
  )
  .refine(({ length }) => length >= 7 && length <= 9)
  .transform(([view, day, meaning, strictness, correctedQuery, ...after]) => ({
    earlier: {
      ...{ view, day, meaning, strictness },
      correctedQuery: correctedQuery || undefined,
    } satisfies Reading,
    after,
  }))

const positionOf = ({ view, day, meaning, strictness, correctedQuery = '' }: Reading, end: End) => [
  ...[view, day, meaning, strictness, correctedQuery],
  ...end,
]

/** Of one process: as many as a node of forty searches a second brings to an end within three seconds. */
const [SEARCHES_AT_ONCE, SEARCHES_WAITING] = [20, 100]

const LAG_IS_TRUE_FOR_MS = 1_000
const SELLERS_ARE_TRUE_FOR_MS = 10_000
const SYNONYMS_ARE_TRUE_FOR_MS = 10_000

export type SearchDeps = {
  storefront: Kysely<Database>
  search: Elasticsearch
  index: Pick<SearchIndex, 'alias'>
  findScope: FindScope
  categories: Known<KnownCategory>
  searchLog?: Pick<SearchLog, 'note'>
  trustedProxies?: readonly string[]
}

export function search(deps: SearchDeps) {
  const { storefront, search, index, findScope, searchLog, trustedProxies = [] } = deps
  const readLagMs = steady(() => readSearchLagMs(storefront), LAG_IS_TRUE_FOR_MS)
  const findSellers = remembering(
    (city) => listSellersDeliveringTo(storefront, city),
    SELLERS_ARE_TRUE_FOR_MS,
  )
  const views = indexViews(search, index.alias)
  const addressOf = requestAddress({ trustedProxies })
  const callerIn = (c: Context<ApiEnv>, question: SearchQuestion) => {
    const address = isOfWordsAlone(question) ? addressOf(c) : undefined
    return address === undefined ? undefined : callerOf(address)
  }
  const admitted = crowd(SEARCHES_AT_ONCE, SEARCHES_WAITING)
  const synonyms = steady(() => readSynonyms(storefront), SYNONYMS_ARE_TRUE_FOR_MS)

  return createRouter().openapi(
    createRoute({
      method: 'get',
      path: '/search',
      tags: ['Storefront'],
      summary: 'Search in all shops, with facets',
      description:
        'Values of one facet widen the answer, facets narrow it; each facet counts under what is chosen in the others. ' +
        'Attributes are chosen by `attr.<name>=<value>`, repeated for more values. ' +
        'All pages show the index as it was on the first one, when each is asked for within a minute of the one before, and ' +
        'are of what the first one answered. When synonyms of its words are changed meanwhile, a later page is a 400 that ' +
        'names `cursor`: search anew.',
      request: { query: SearchParameters },
      responses: { 200: json(SearchPage, 'What was found'), ...problems(400, 503) },
    }),
    async (c) => {
      const startedAt = performance.now()
      const parameters = c.req.valid('query')
      const { cursor, limit } = parameters
      const { city, category } = await findScope({
        city: parameters.city,
        category: parameters.category,
      })
      const asked = readQuestion(parameters)
      const about = `search ${JSON.stringify({ ...asked, attributes: [...asked.attributes] })}`
      const { earlier, after } = positionAt(about, cursor, Position) ?? {}
      const sellers = city === undefined ? undefined : await findSellers(city)
      const question = { ...asked, city, category, sellers, limit, after }

      const [found, lagMs] = await Promise.all([
        admitted(() => findGoods({ search, views, readSynonyms: synonyms }, question, earlier)),
        readLagMs(),
      ])
      if (question.q && !earlier)
        searchLog?.note({
          q: question.q,
          city,
          caller: callerIn(c, question),
          total: found.total,
          correctedQuery: found.correctedQuery,
          tookMs: performance.now() - startedAt,
        })
      const { facets } = found
      const categories = await deps.categories(facets.category.map(({ value }) => value))
      c.header('Cache-Control', 'no-cache')
      return c.json(
        {
          items: found.items.map((document) => toFoundShopProduct(document, city)),
          nextCursor: found.next ? encodeCursor(about, positionOf(found, found.next)) : null,
          total: found.total,
          facets: { ...facets, category: categoryFacet(facets.category, categories) },
          ...(found.correctedQuery && { correctedQuery: found.correctedQuery }),
          lagMs,
        },
        200,
      )
    },
  )
}
