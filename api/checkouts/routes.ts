import { createRoute, z } from '@hono/zod-openapi'
import { findCheckout } from '../../db/orders/checkouts.ts'
import { listOrdersOfCheckout } from '../../db/orders/orders.ts'
import type { Requires } from '../auth.ts'
import { IdempotencyHeaders } from '../idempotency.ts'
import { createRouter, json, jsonBody, problems } from '../openapi.ts'
import { NewCheckout } from '../orders/order-fields.ts'
import { Order, showOrder } from '../orders/order-view.ts'
import { notFound } from '../problem.ts'
import { placeCheckout, type PlaceCheckoutDeps } from './place-checkout.ts'

export const Checkout = z
  .object({
    id: z.string(),
    orders: z.array(Order).openapi({ description: 'One of each shop whose goods were taken' }),
  })
  .openapi('Checkout')

export type CheckoutsDeps = PlaceCheckoutDeps & { requires: Requires }

const common = { tags: ['Orders'], security: [{ apiKey: ['checkouts:write'] }] }

/** For the keys of the marketplace's own shop window, which sells the goods of all. */
export const checkouts = ({ requires, ...deps }: CheckoutsDeps) =>
  createRouter()
    .openapi(
      createRoute({
        ...common,
        method: 'post',
        path: '/',
        summary: 'Order goods of any shops at once: an order of each, all of them or none',
        middleware: requires('checkouts:write'),
        request: { headers: IdempotencyHeaders, ...jsonBody(NewCheckout) },
        responses: {
          201: json(Checkout, 'The orders'),
          ...problems(400, 401, 403, 404, 409, 413, 415, 422),
        },
      }),
      async (c) => {
        const placed = await placeCheckout(deps, {
          keyId: c.get('keyId'),
          idempotencyKey: c.req.valid('header')['idempotency-key'],
          wanted: c.req.valid('json'),
        })
        c.header('Location', `/v1/checkouts/${placed.id}`)
        return c.json(placed, 201)
      },
    )
    .openapi(
      createRoute({
        ...common,
        method: 'get',
        path: '/{id}',
        summary: 'The orders of a checkout, as they are now',
        middleware: requires('checkouts:write'),
        request: { params: z.object({ id: z.string().max(64) }) },
        responses: { 200: json(Checkout, 'The orders'), ...problems(401, 403, 404) },
      }),
      async (c) => {
        const { id } = c.req.valid('param')
        const found = z.uuid().safeParse(id).success
          ? await findCheckout(deps.system, id)
          : undefined
        if (!found) throw notFound()
        const rows = await listOrdersOfCheckout(deps.system, id)
        return c.json({ id, orders: rows.map(showOrder) }, 200)
      },
    )
