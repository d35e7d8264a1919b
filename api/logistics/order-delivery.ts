import { createRoute, z } from '@hono/zod-openapi'
import type { Requires } from '../auth.ts'
import { IdempotencyHeaders } from '../idempotency.ts'
import { createRouter, json, jsonBody, problems } from '../openapi.ts'
import { isId } from '../orders/order-fields.ts'
import { notFound } from '../problem.ts'
import { Delivery } from '../deliveries/delivery-view.ts'
import { getOwnDelivery, type OwnDeliveryDeps } from '../deliveries/own-delivery.ts'
import { NewDelivery } from './delivery-fields.ts'
import { startDelivery, type StartDeliveryDeps } from './start-delivery.ts'

export type OrderDeliveryDeps = StartDeliveryDeps & OwnDeliveryDeps & { requires: Requires }

/** Having an order delivered. */
export const orderDelivery = (deps: OrderDeliveryDeps) =>
  createRouter().openapi(
    createRoute({
      tags: ['Delivery'],
      security: [{ apiKey: ['deliveries:write'] }],
      method: 'post',
      path: '/{id}/delivery',
      summary:
        'Have an order delivered: carriers are asked, the best first, until one has booked it',
      middleware: deps.requires('deliveries:write'),
      request: {
        params: z.object({ id: z.string().max(64) }),
        headers: IdempotencyHeaders,
        ...jsonBody(NewDelivery),
      },
      responses: {
        202: json(Delivery, 'The delivery, which has begun'),
        ...problems(400, 401, 403, 404, 409, 413, 415, 422),
      },
    }),
    async (c) => {
      const { id: orderId } = c.req.valid('param')
      if (!isId(orderId)) throw notFound()
      const shipment = await startDelivery(deps, {
        ...{ caller: c.get('caller'), orderId, wanted: c.req.valid('json') },
        idempotencyKey: c.req.valid('header')['idempotency-key'],
      })
      c.header('Location', `/v1/deliveries/${shipment.id}`)
      return c.json(await getOwnDelivery(deps, c, shipment.id), 202)
    },
  )
