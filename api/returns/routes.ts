import { createRoute, z } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import type { Database } from '../../db/database.ts'
import { findReturn, listReturns } from '../../db/orders/returns.ts'
import { asSeller } from '../../db/tenancy.ts'
import type { Requires } from '../auth.ts'
import { decodeCursor, toPage } from '../cursor.ts'
import { IdempotencyHeaders } from '../idempotency.ts'
import { createRouter, json, jsonBody, PageQuery, pageOf, problems } from '../openapi.ts'
import { isId, ReturnStateField, ReturnStatus } from '../orders/order-fields.ts'
import { Return, showReturn } from '../orders/order-view.ts'
import { notFound } from '../problem.ts'
import { moveOwnReturn } from './move-return.ts'

export type ReturnsDeps = { seller: Kysely<Database>; requires: Requires }

const tags = ['Orders']
const ReturnId = z.object({ id: z.string().max(64) })
const Position = z.tuple([z.string().regex(/^\d{1,18}$/)])
const ReturnsQuery = PageQuery.extend({
  orderId: z.string().max(64).optional(),
  state: ReturnStateField.optional(),
})
const read = { tags, security: [{ apiKey: ['orders:read'] }] }

export const returns = ({ seller, requires }: ReturnsDeps) =>
  createRouter()
    .openapi(
      createRoute({
        ...read,
        method: 'get',
        path: '/',
        summary: 'Returns, the newest first',
        middleware: requires('orders:read'),
        request: { query: ReturnsQuery },
        responses: { 200: json(pageOf(Return), 'A page of returns'), ...problems(400, 401, 403) },
      }),
      async (c) => {
        const { limit, cursor, orderId, state } = c.req.valid('query')
        const [beforeId] = cursor === undefined ? [] : decodeCursor(cursor, Position)
        if (orderId !== undefined && !isId(orderId))
          return c.json({ items: [], nextCursor: null }, 200)
        const rows = await asSeller(seller, c.get('caller').sellerId, (trx) =>
          listReturns(trx, { orderId, state, beforeId, limit: limit + 1 }),
        )
        return c.json(
          toPage(rows, limit, showReturn, ({ id }) => [id]),
          200,
        )
      },
    )
    .openapi(
      createRoute({
        ...read,
        method: 'get',
        path: '/{id}',
        summary: 'A return',
        middleware: requires('orders:read'),
        request: { params: ReturnId },
        responses: { 200: json(Return, 'The return'), ...problems(401, 403, 404) },
      }),
      async (c) => {
        const { id } = c.req.valid('param')
        const row = isId(id)
          ? await asSeller(seller, c.get('caller').sellerId, (trx) => findReturn(trx, id))
          : undefined
        if (!row) throw notFound()
        return c.json(showReturn(row), 200)
      },
    )
    .openapi(
      createRoute({
        tags,
        security: [{ apiKey: ['orders:write'] }],
        method: 'post',
        path: '/{id}/status',
        summary: 'Bring a return into its next state',
        middleware: requires('orders:write'),
        request: { params: ReturnId, headers: IdempotencyHeaders, ...jsonBody(ReturnStatus) },
        responses: {
          200: json(Return, 'The return as it is now'),
          ...problems(400, 401, 403, 404, 409, 413, 415, 422),
        },
      }),
      async (c) => {
        const { id } = c.req.valid('param')
        if (!isId(id)) throw notFound()
        const moved = await moveOwnReturn(seller, {
          caller: c.get('caller'),
          returnId: id,
          idempotencyKey: c.req.valid('header')['idempotency-key'],
          wanted: c.req.valid('json'),
        })
        return c.json(moved, 200)
      },
    )
