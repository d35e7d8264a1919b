import { createRoute, z } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import type { PageCache } from '../../clients/cache/page-cache.ts'
import type { Database } from '../../db/database.ts'
import { listCategories } from '../../db/storefront/categories.ts'
import { categoryTree, type CategoryNode } from '../../domain/storefront/category-tree.ts'
import { createRouter, json, pageOf, problems } from '../openapi.ts'
import { answerPage } from './answer-page.ts'
import { loadedAs, NOT_MODIFIED } from './cached.ts'

const Category: z.ZodType<CategoryNode> = z
  .object({
    id: z.string(),
    name: z.string(),
    children: z.array(z.lazy(() => Category)),
  })
  .openapi('Category')

const Categories = pageOf(Category)

type Deps = { storefront: Kysely<Database>; cache: PageCache }

export const categories = ({ storefront, cache }: Deps) =>
  createRouter().openapi(
    createRoute({
      method: 'get',
      path: '/categories',
      tags: ['Storefront'],
      summary: 'The tree of categories',
      request: { query: z.strictObject({}) },
      responses: {
        200: json(Categories, 'The roots and all below'),
        ...NOT_MODIFIED,
        ...problems(400),
      },
    }),
    async (c) => {
      const page = await cache.read({ kind: 'categories', scope: 'all', page: '' }, async () => {
        const items = categoryTree(await listCategories(storefront))
        return loadedAs('categories', JSON.stringify({ items, nextCursor: null }))
      })
      return answerPage<z.infer<typeof Categories>>(c, page, 'public, max-age=60')
    },
  )
