import { createRoute, z } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import type { Database } from '../db/database.ts'
import {
  chooseCategory,
  listCategoryMappings,
  unchooseCategory,
} from '../db/integrations/category-mappings.ts'
import { findShop } from '../db/integrations/import-queries.ts'
import { asSeller } from '../db/tenancy.ts'
import { audit } from './audit.ts'
import type { Requires } from './auth.ts'
import { decodeCursor, toPage } from './cursor.ts'
import { createRouter, json, jsonBody, PageQuery, pageOf, problems } from './openapi.ts'
import { notFound } from './problem.ts'

export type CategoryMappingsDeps = { seller: Kysely<Database>; requires: Requires }

const tags = ['Imports']
const Id = z.string().regex(/^\d{1,18}$/)
const Position = z.tuple([z.string().max(40_000)])
const ShopQuery = z.object({ shopId: Id })
const Path = z.string().min(1).max(2_000).openapi({
  description: 'The seller’s own category with its ancestors.',
  example: 'Одежда > Платья',
})

const CategoryMapping = z
  .object({
    path: Path,
    category: z.object({ id: z.string(), name: z.string() }),
    chosenBy: z.enum(['import', 'seller']).openapi({
      description: 'What the seller has chosen stays; what an import has found may move.',
    }),
  })
  .openapi('CategoryMapping')

const Choice = z.strictObject({ shopId: Id, path: Path, categoryId: Id }).openapi('CategoryChoice')

/** Where a seller's categories stand in the marketplace's tree. A choice counts from the next import on. */
export function categoryMappings({ seller, requires }: CategoryMappingsDeps) {
  return createRouter()
    .openapi(
      createRoute({
        method: 'get',
        path: '/',
        tags,
        summary: 'Where a shop’s own categories go',
        security: [{ apiKey: ['imports:read'] }],
        middleware: requires('imports:read'),
        request: { query: PageQuery.extend(ShopQuery.shape) },
        responses: { 200: json(pageOf(CategoryMapping), 'A page'), ...problems(400, 401, 403) },
      }),
      async (c) => {
        const { shopId, limit, cursor } = c.req.valid('query')
        const [afterPath = ''] = cursor === undefined ? [] : decodeCursor(cursor, Position)
        const rows = await asSeller(seller, c.get('caller').sellerId, (trx) =>
          listCategoryMappings(trx, { shopId, afterPath, limit: limit + 1 }),
        )
        return c.json(
          toPage(
            rows,
            limit,
            ({ path, categoryId, categoryName, chosenBy }) => ({
              path,
              category: { id: categoryId, name: categoryName },
              chosenBy,
            }),
            ({ path }) => [path],
          ),
          200,
        )
      },
    )
    .openapi(
      createRoute({
        method: 'put',
        path: '/',
        tags,
        summary: 'Put a category of the shop somewhere else',
        security: [{ apiKey: ['imports:write'] }],
        middleware: requires('imports:write'),
        request: jsonBody(Choice),
        responses: {
          204: { description: 'Chosen; it counts from the next import on' },
          ...problems(400, 401, 403, 404),
        },
      }),
      async (c) => {
        const { sellerId } = c.get('caller')
        const choice = c.req.valid('json')
        const { shopId, ...data } = choice
        await asSeller(seller, sellerId, async (trx) => {
          const shop = await findShop(trx, shopId)
          if (!shop || !(await chooseCategory(trx, { sellerId, ...choice }))) throw notFound()
          await audit(trx, { action: 'category-mapping.chosen', subject: `shop:${shopId}`, data })
        })
        return c.body(null, 204)
      },
    )
    .openapi(
      createRoute({
        method: 'delete',
        path: '/',
        tags,
        summary: 'Leave a category to the imports again',
        security: [{ apiKey: ['imports:write'] }],
        middleware: requires('imports:write'),
        request: { query: ShopQuery.extend({ path: Path }) },
        responses: {
          204: { description: 'Left to the imports' },
          ...problems(400, 401, 403),
        },
      }),
      async (c) => {
        const { shopId, path } = c.req.valid('query')
        await asSeller(seller, c.get('caller').sellerId, async (trx) => {
          await unchooseCategory(trx, { shopId, path })
          const subject = `shop:${shopId}`
          await audit(trx, { action: 'category-mapping.left', subject, data: { path } })
        })
        return c.body(null, 204)
      },
    )
}
