import { createRoute, type z } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import type { Database } from '../../db/database.ts'
import { listDeliveryCosts, sumDeliveryCosts } from '../../db/logistics/delivery-costs.ts'
import { asSeller } from '../../db/tenancy.ts'
import type { Requires } from '../auth.ts'
import { decodeCursor, toPage } from '../cursor.ts'
import { createRouter, json, problems } from '../openapi.ts'
import { CostsPage, CostsPosition, CostsQuery, showCosts, showTotal } from './cost-fields.ts'

export type DeliveryCostsDeps = { seller: Kysely<Database>; requires: Requires }

/** What a seller's deliveries were thought to cost and what they did. To be served at `/v1/delivery-costs`. */
export const deliveryCosts = ({ seller, requires }: DeliveryCostsDeps) =>
  createRouter().openapi(
    createRoute({
      ...{ tags: ['Delivery'], method: 'get', path: '/' },
      summary: 'What deliveries were thought to cost, and what they did',
      security: [{ apiKey: ['deliveries:read'] }],
      middleware: requires('deliveries:read'),
      request: { query: CostsQuery },
      responses: { 200: json(CostsPage, 'A page, with totals'), ...problems(400, 401, 403) },
    }),
    async (c) =>
      c.json(
        await asSeller(seller, c.get('caller').sellerId, (trx) =>
          costsPage(trx, c.req.valid('query')),
        ),
        200,
      ),
  )

/** A page of what `db` may see. */
export async function costsPage(
  db: Kysely<Database>,
  { limit, cursor, ...filter }: z.output<typeof CostsQuery>,
): Promise<z.infer<typeof CostsPage>> {
  const [createdAtMicros, id] = cursor === undefined ? [] : decodeCursor(cursor, CostsPosition)
  const before = createdAtMicros && id ? { createdAtMicros, id } : undefined
  const rows = await listDeliveryCosts(db, { ...filter, before, limit: limit + 1 })
  const totals = await sumDeliveryCosts(db, filter)
  return {
    ...toPage(rows, limit, showCosts, (row) => [row.createdAtMicros, row.id]),
    totals: totals.map(showTotal),
  }
}
