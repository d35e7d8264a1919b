import type { Client as Elasticsearch } from '@elastic/elasticsearch'
import { createRoute, z } from '@hono/zod-openapi'
import type { PageCache } from '../../clients/cache/page-cache.ts'
import { highlight } from '../../domain/storefront/highlight.ts'
import type { SearchIndex } from '../../domain/storefront/search-index.ts'
import type { FoundDocument } from '../../domain/storefront/search-answer.ts'
import type { SuggestQuestion } from '../../domain/storefront/suggested-goods.ts'
import {
  createSuggestionList,
  type SuggestionList,
} from '../../domain/storefront/suggestion-list.ts'
import { typedText } from '../../domain/storefront/typed-text.ts'
import { createRouter, json, problems } from '../openapi.ts'
import { answerMade } from './answer-made.ts'
import { NOT_MODIFIED } from './cached.ts'
import { rememberedGoods } from './remembered-goods.ts'
import { City, type FindScope } from './scope.ts'
import { ShopProduct, toFoundShopProduct } from './shapes.ts'
import { suggestionsInMemory } from './suggestions-in-memory.ts'

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

type Deps = {
  search: Elasticsearch
  cache: Pick<PageCache, 'meter'>
  index: Pick<SearchIndex, 'alias'>
  suggestions: Pick<SearchIndex, 'alias'>
  findScope: FindScope
}

export function suggest({ search, cache, index, suggestions, findScope }: Deps) {
  const findGoods = rememberedGoods(search, index.alias)
  const readSuggestions = suggestionsInMemory(search, suggestions.alias)

  return createRouter().openapi(
    createRoute({
      method: 'get',
      path: '/suggest',
      tags: ['Storefront'],
      summary: 'What somebody who types may mean',
      description:
        'Each word of `q` may be unfinished. With a city: what has goods in stock there, and what is searched there first. ' +
        'Goods that are gone are suggested for a minute at most, or for ten more while search is away.',
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
      const { q: typed, city: asked } = c.req.valid('query')
      const { city } = await findScope({ city: asked })
      const question = { q: typedText(typed), city }
      const [{ goods, outcome }, list] = await Promise.all([
        findGoods(question),
        // Suggestions that cannot be read are none; without goods there is no answer.
        readSuggestions().catch(() => createSuggestionList()),
      ])
      cache.meter.count('suggestions', { outcome })
      const body: Suggestions = show({ goods, list }, question)
      return answerMade(c, body, { outcome, cacheControl: 'public, max-age=5' })
    },
  )
}

function show(
  { goods, list }: { goods: readonly FoundDocument[]; list: SuggestionList },
  { q, city }: SuggestQuestion,
): Suggestions {
  const marked = (text: string) => highlight(text, q)
  const found = list.begunBy(q, city)
  return {
    queries: found.query.map(({ text }) => ({ text, highlight: marked(text) })),
    categories: found.category.map(({ categoryId, text, parent }) => ({
      id: categoryId!,
      name: text,
      ...(parent && { parent }),
      highlight: marked(text),
    })),
    brands: found.brand.map(({ text }) => ({ name: text, highlight: marked(text) })),
    items: goods.map((good) => ({
      ...toFoundShopProduct(good, city),
      highlight: marked(good.name),
    })),
  }
}
