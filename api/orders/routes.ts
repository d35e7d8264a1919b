import { createRoute, z } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import { listAudit } from '../../db/audit.ts'
import type { Database } from '../../db/database.ts'
import { findOrder, listOrders } from '../../db/orders/orders.ts'
import { asSeller } from '../../db/tenancy.ts'
import type { Requires } from '../auth.ts'
import { decodeCursor, toPage } from '../cursor.ts'
import { IdempotencyHeaders } from '../idempotency.ts'
import { createRouter, Instant, json, jsonBody, PageQuery, pageOf, problems } from '../openapi.ts'
import { notFound } from '../problem.ts'
import { moveOwnOrder } from './move-order.ts'
import { openOwnReturn } from './open-return.ts'
import { isId, NewOrder, NewReturn, OrderStateField, OrderStatus } from './order-fields.ts'
import { OrderHistory, showHistory } from './order-history.ts'
import { Order, Return, showOrder } from './order-view.ts'
import { placeOwnOrder, type PlaceOrderDeps } from './place-order.ts'

export type OrdersDeps = PlaceOrderDeps & { seller: Kysely<Database>; requires: Requires }

const tags = ['Orders']
const OrderId = z.object({ id: z.string().max(64) })
const Position = z.tuple([z.string().regex(/^\d{1,18}$/)])
const OrdersQuery = PageQuery.extend({
  state: OrderStateField.optional(),
  shopId: z.string().max(64).optional(),
  from: Instant.optional().openapi({ description: 'Placed then or later' }),
  to: Instant.optional().openapi({ description: 'Placed before' }),
})
const read = { tags, security: [{ apiKey: ['orders:read'] }] }
const write = { tags, security: [{ apiKey: ['orders:write'] }] }

export function orders(deps: OrdersDeps) {
  const { seller, requires } = deps
  const getOrder = async (sellerId: string, orderId: string) => {
    const row = isId(orderId)
      ? await asSeller(seller, sellerId, (trx) => findOrder(trx, orderId))
      : undefined
    if (!row) throw notFound()
    return row
  }
  const ownId = (orderId: string) => {
    if (!isId(orderId)) throw notFound()
    return orderId
  }

  return createRouter()
    .openapi(
      createRoute({
        ...write,
        method: 'post',
        path: '/',
        summary: 'Order goods of one shop: prices are fixed and units reserved at once',
        middleware: requires('orders:write'),
        request: { headers: IdempotencyHeaders, ...jsonBody(NewOrder) },
        responses: {
          201: json(Order, 'The order'),
          ...problems(400, 401, 403, 404, 409, 413, 415, 422),
        },
      }),
      async (c) => {
        const placed = await placeOwnOrder(deps, {
          caller: c.get('caller'),
          idempotencyKey: c.req.valid('header')['idempotency-key'],
          wanted: c.req.valid('json'),
        })
        c.header('Location', `/v1/orders/${placed.id}`)
        return c.json(placed, 201)
      },
    )
    .openapi(
      createRoute({
        ...read,
        method: 'get',
        path: '/',
        summary: 'Orders, the newest first',
        middleware: requires('orders:read'),
        request: { query: OrdersQuery },
        responses: { 200: json(pageOf(Order), 'A page of orders'), ...problems(400, 401, 403) },
      }),
      async (c) => {
        const { limit, cursor, state, shopId, from, to } = c.req.valid('query')
        const [beforeId] = cursor === undefined ? [] : decodeCursor(cursor, Position)
        if (shopId !== undefined && !isId(shopId))
          return c.json({ items: [], nextCursor: null }, 200)
        const rows = await asSeller(seller, c.get('caller').sellerId, (trx) =>
          listOrders(trx, {
            ...{ state, shopId, beforeId, limit: limit + 1 },
            ...{ createdFrom: from, createdTo: to },
          }),
        )
        return c.json(
          toPage(rows, limit, showOrder, ({ id }) => [id]),
          200,
        )
      },
    )
    .openapi(
      createRoute({
        ...read,
        method: 'get',
        path: '/{id}',
        summary: 'An order',
        middleware: requires('orders:read'),
        request: { params: OrderId },
        responses: { 200: json(Order, 'The order'), ...problems(401, 403, 404) },
      }),
      async (c) => {
        const row = await getOrder(c.get('caller').sellerId, c.req.valid('param').id)
        return c.json(showOrder(row), 200)
      },
    )
    .openapi(
      createRoute({
        ...read,
        method: 'get',
        path: '/{id}/history',
        summary: 'Who did what to an order, the oldest first',
        middleware: requires('orders:read'),
        request: { params: OrderId },
        responses: { 200: json(OrderHistory, 'All of it'), ...problems(401, 403, 404) },
      }),
      async (c) => {
        const { sellerId } = c.get('caller')
        const { id } = await getOrder(sellerId, c.req.valid('param').id)
        const entries = await asSeller(seller, sellerId, (trx) => listAudit(trx, `order:${id}`))
        return c.json({ items: entries.map(showHistory), nextCursor: null }, 200)
      },
    )
    .openapi(
      createRoute({
        ...write,
        method: 'post',
        path: '/{id}/status',
        summary:
          'Bring an order into its next state, or cancel it; what it held goes back to stock',
        middleware: requires('orders:write'),
        request: { params: OrderId, headers: IdempotencyHeaders, ...jsonBody(OrderStatus) },
        responses: {
          200: json(Order, 'The order as it is now'),
          ...problems(400, 401, 403, 404, 409, 413, 415, 422),
        },
      }),
      async (c) => {
        const moved = await moveOwnOrder(seller, {
          caller: c.get('caller'),
          orderId: ownId(c.req.valid('param').id),
          idempotencyKey: c.req.valid('header')['idempotency-key'],
          wanted: c.req.valid('json'),
        })
        return c.json(moved, 200)
      },
    )
    .openapi(
      createRoute({
        ...write,
        method: 'post',
        path: '/{id}/returns',
        summary: 'Have goods of a shipped order come back',
        middleware: requires('orders:write'),
        request: { params: OrderId, headers: IdempotencyHeaders, ...jsonBody(NewReturn) },
        responses: {
          201: json(Return, 'The return'),
          ...problems(400, 401, 403, 404, 409, 413, 415, 422),
        },
      }),
      async (c) => {
        const opened = await openOwnReturn(seller, {
          caller: c.get('caller'),
          orderId: ownId(c.req.valid('param').id),
          idempotencyKey: c.req.valid('header')['idempotency-key'],
          wanted: c.req.valid('json'),
        })
        c.header('Location', `/v1/returns/${opened.id}`)
        return c.json(opened, 201)
      },
    )
}
