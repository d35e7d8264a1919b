import type { Client as Elasticsearch } from '@elastic/elasticsearch'
import { createRoute, z } from '@hono/zod-openapi'
import type { PageCache } from '../../clients/cache/page-cache.ts'
import { highlight } from '../../domain/storefront/highlight.ts'
import type { SearchIndex } from '../../domain/storefront/search-index.ts'
import {
  suggestAnswer,
  suggestRequest,
  type SuggestAnswer,
  type SuggestQuestion,
  type SuggestResponse,
} from '../../domain/storefront/suggest-query.ts'
import { createRouter, json, problems } from '../openapi.ts'
import { unavailable } from '../problem-of.ts'
import { answerPage } from './answer-page.ts'
import { loadedAs, NOT_MODIFIED } from './cached.ts'
import { orUnavailable } from './elasticsearch-away.ts'
import { City, type FindScope } from './scope.ts'
import { ShopProduct, toFoundShopProduct } from './shapes.ts'

const Highlight = z
  .array(z.object({ text: z.string(), matched: z.boolean() }))
  .openapi('Highlight', {
    description: 'The text in pieces, each with whether it is what was typed. None of it is markup',
  })

const Suggestions = z
  .object({
    queries: z.array(z.object({ text: z.string(), highlight: Highlight })),
    categories: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        parent: z.string().optional().openapi({ description: 'Name of the category above' }),
        highlight: Highlight,
      }),
    ),
    brands: z.array(z.object({ name: z.string(), highlight: Highlight })),
    items: z.array(ShopProduct.extend({ highlight: Highlight })),
  })
  .openapi('Suggestions')
type Suggestions = z.infer<typeof Suggestions>

/** Whoever types has typed on. */
const SUGGEST_TIMEOUT_MS = 1_000

type Deps = {
  search: Elasticsearch
  cache: PageCache
  index: Pick<SearchIndex, 'alias'>
  suggestions: Pick<SearchIndex, 'alias'>
  findScope: FindScope
}

export const suggest = ({ search, cache, index, suggestions, findScope }: Deps) =>
  createRouter().openapi(
    createRoute({
      method: 'get',
      path: '/suggest',
      tags: ['Storefront'],
      summary: 'What somebody who types may mean',
      description:
        'Each word of `q` may be unfinished. With a city: what has goods in stock there, and what is searched there first.',
      request: {
        query: z.strictObject({
          q: z.string().max(100).openapi({ example: 'науш' }),
          city: City.optional(),
        }),
      },
      responses: {
        200: json(Suggestions, 'The best of each kind'),
        ...NOT_MODIFIED,
        ...problems(400, 503),
      },
    }),
    async (c) => {
      const { q, city: asked } = c.req.valid('query')
      const { city } = await findScope({ city: asked })
      const indices = { suggestions: suggestions.alias, goods: index.alias }
      const scope = `${city ?? '-'}:${q.slice(0, 2)}`
      const page = await cache.read({ kind: 'suggestions', scope, page: q }, async () => {
        const found = await ask(search, { q, city }, indices)
        return loadedAs('suggestions', JSON.stringify(show(found, { q, city })))
      })
      return answerPage<Suggestions>(c, page, 'public, max-age=30')
    },
  )

function show(found: SuggestAnswer, { q, city }: SuggestQuestion): Suggestions {
  const marked = (text: string) => highlight(text, q)
  return {
    queries: found.query.map(({ text }) => ({ text, highlight: marked(text) })),
    categories: found.category.map(({ categoryId, text, parent }) => ({
      id: categoryId!,
      name: text,
      ...(parent && { parent }),
      highlight: marked(text),
    })),
    brands: found.brand.map(({ text }) => ({ name: text, highlight: marked(text) })),
    items: found.goods.map((good) => ({
      ...toFoundShopProduct(good, city),
      highlight: marked(good.name),
    })),
  }
}

/** @throws {Problem} 503 when Elasticsearch is away, overloaded, or has no goods yet */
async function ask(
  search: Elasticsearch,
  question: Parameters<typeof suggestRequest>[0],
  indices: Parameters<typeof suggestRequest>[1],
) {
  try {
    const response = await search.msearch(
      { searches: suggestRequest(question, indices) },
      { requestTimeout: SUGGEST_TIMEOUT_MS, maxRetries: 1, retryBackoff: () => 0 },
    )
    const { responses } = response as unknown as SuggestResponse
    const goods = responses.at(-1)
    if (goods?.status !== 200) throw unavailable(goods?.error)
    return suggestAnswer({ responses })
  } catch (error) {
    throw orUnavailable(error)
  }
}
