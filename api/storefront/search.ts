import { errors, type Client as Elasticsearch } from '@elastic/elasticsearch'
import { createRoute, z } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import type { Database } from '../../db/database.ts'
import { readCategoryNames } from '../../db/storefront/categories.ts'
import { readSearchLagMs } from '../../db/storefront/search-lag.ts'
import { encodeCursor } from '../../domain/storefront/cursor.ts'
import {
  searchAnswer,
  type SearchAnswer,
  type SearchResponse,
} from '../../domain/storefront/search-answer.ts'
import type { SearchIndex } from '../../domain/storefront/search-index.ts'
import { searchRequest, type SearchQuestion } from '../../domain/storefront/search-query.ts'
import { createRouter, json, problems } from '../openapi.ts'
import { Problem } from '../problem.ts'
import { positionAt } from './bound-cursor.ts'
import { steady } from './remembering.ts'
import type { FindScope } from './scope.ts'
import { readQuestion, SearchParameters } from './search-parameters.ts'
import { ShopProduct, toFoundShopProduct } from './shapes.ts'

const FacetValue = z.object({ value: z.string(), count: z.int(), selected: z.boolean() })

const SearchPage = z
  .object({
    items: z.array(ShopProduct),
    nextCursor: z.string().nullable(),
    total: z.int(),
    facets: z.object({
      brand: z.array(FacetValue),
      category: z.array(FacetValue.extend({ name: z.string() })),
      attributes: z.array(FacetValue.extend({ name: z.string() })),
      price: z
        .object({
          min: z.int().nullable(),
          max: z.int().nullable(),
          histogram: z.array(
            z.object({ from: z.int().nullable(), to: z.int().nullable(), count: z.int() }),
          ),
        })
        .openapi({ description: 'Minor units; `to` is not part of its range' }),
    }),
    correctedQuery: z.string().optional(),
    lagMs: z
      .int()
      .openapi({ description: 'How long the oldest change has been waiting to become searchable' }),
  })
  .openapi('SearchPage')

const Position = z
  .array(z.union([z.number(), z.string().max(64)]))
  .min(2)
  .max(3)

/** A search that takes longer has no reader left. */
const SEARCH_TIMEOUT_MS = 3_000
const LAG_IS_TRUE_FOR_MS = 1_000

type Deps = {
  storefront: Kysely<Database>
  search: Elasticsearch
  index: Pick<SearchIndex, 'alias'>
  findScope: FindScope
}

export function search({ storefront, search, index, findScope }: Deps) {
  const readLagMs = steady(() => readSearchLagMs(storefront), LAG_IS_TRUE_FOR_MS)

  return createRouter().openapi(
    createRoute({
      method: 'get',
      path: '/search',
      tags: ['Storefront'],
      summary: 'Search in all shops, with facets',
      description:
        'Values of one facet widen the answer, facets narrow it; each facet counts under what is chosen in the others. ' +
        'Attributes are chosen by `attr.<name>=<value>`, repeated for more values.',
      request: { query: SearchParameters },
      responses: { 200: json(SearchPage, 'What was found'), ...problems(400, 503) },
    }),
    async (c) => {
      const parameters = c.req.valid('query')
      const { cursor, limit } = parameters
      const { city, category } = await findScope({
        city: parameters.city,
        category: parameters.category,
      })
      const question = readQuestion(parameters)
      const about = `search ${JSON.stringify({ ...question, attributes: [...question.attributes] })}`
      const after = positionAt(about, cursor, Position)

      const [answer, lagMs] = await Promise.all([
        find(search, index.alias, { ...question, city, category, limit, after }),
        readLagMs(),
      ])
      const names = await readCategoryNames(
        storefront,
        answer.facets.category.map(({ value }) => value),
      )
      c.header('Cache-Control', 'no-cache')
      return c.json(
        {
          items: answer.items.map((document) => toFoundShopProduct(document, city)),
          nextCursor: answer.next ? encodeCursor(about, answer.next) : null,
          total: answer.total,
          facets: {
            ...answer.facets,
            category: answer.facets.category.map((facet) => ({
              ...facet,
              name: names.get(facet.value) ?? '',
            })),
          },
          lagMs,
        },
        200,
      )
    },
  )
}

/** @throws {Problem} 503 when Elasticsearch is away, overloaded, or has no index yet */
async function find(
  client: Elasticsearch,
  index: string,
  question: SearchQuestion,
): Promise<SearchAnswer> {
  try {
    const response = await client.search(
      { index, ...searchRequest(question) },
      { requestTimeout: SEARCH_TIMEOUT_MS, maxRetries: 1, retryBackoff: () => 0 },
    )
    return searchAnswer(question, response as unknown as SearchResponse)
  } catch (error) {
    if (!isAway(error)) throw error
    throw new Problem('unavailable', { headers: { 'Retry-After': '2' }, cause: error })
  }
}

function isAway(error: unknown): boolean {
  if (error instanceof errors.ResponseError)
    return [404, 408, 429].includes(error.statusCode ?? 0) || (error.statusCode ?? 0) >= 500
  return (
    error instanceof errors.ConnectionError ||
    error instanceof errors.TimeoutError ||
    error instanceof errors.NoLivingConnectionsError
  )
}
