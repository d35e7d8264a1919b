import { createRoute } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import type { Database } from '../../db/database.ts'
import type { Requires } from '../auth.ts'
import { CostsPage, CostsQuery } from '../logistics/cost-fields.ts'
import { costsPage } from '../logistics/delivery-costs.ts'
import { createRouter, json, problems } from '../openapi.ts'

export type AllCostsDeps = {
  /** Connected as the role `system`. */
  system: Kysely<Database>
  requires: Requires
}

/** The same of all sellers. To be served at `/v1/admin/delivery-costs`. */
export const allCosts = ({ system, requires }: AllCostsDeps) =>
  createRouter().openapi(
    createRoute({
      ...{ tags: ['Operations'], method: 'get', path: '/' },
      summary: 'What all deliveries were thought to cost, and what they did',
      security: [{ apiKey: ['admin'] }],
      middleware: requires('admin'),
      request: { query: CostsQuery },
      responses: { 200: json(CostsPage, 'A page, with totals'), ...problems(400, 401, 403) },
    }),
    async (c) => c.json(await costsPage(system, c.req.valid('query')), 200),
  )
