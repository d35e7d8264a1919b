import { createRoute, z } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import type { Database } from '../../db/database.ts'
import { listCategories } from '../../db/storefront/categories.ts'
import { categoryTree, type CategoryNode } from '../../domain/storefront/category-tree.ts'
import { createRouter, json, pageOf, problems } from '../openapi.ts'

const Category: z.ZodType<CategoryNode> = z
  .object({
    id: z.string(),
    name: z.string(),
    children: z.array(z.lazy(() => Category)),
  })
  .openapi('Category')

export const categories = ({ storefront }: { storefront: Kysely<Database> }) =>
  createRouter().openapi(
    createRoute({
      method: 'get',
      path: '/categories',
      tags: ['Storefront'],
      summary: 'The tree of categories',
      request: { query: z.strictObject({}) },
      responses: { 200: json(pageOf(Category), 'The roots and all below'), ...problems(400) },
    }),
    async (c) => {
      const items = categoryTree(await listCategories(storefront))
      c.header('Cache-Control', 'public, max-age=60')
      return c.json({ items, nextCursor: null }, 200)
    },
  )
