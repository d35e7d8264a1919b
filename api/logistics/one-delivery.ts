import { createRoute, z } from '@hono/zod-openapi'
import { findShipment } from '../../db/logistics/shipments.ts'
import { asSeller } from '../../db/tenancy.ts'
import { audit, type Deed } from '../audit.ts'
import type { Caller, Requires } from '../auth.ts'
import { Delivery } from '../deliveries/delivery-view.ts'
import { getOwnDelivery, type OwnDeliveryDeps } from '../deliveries/own-delivery.ts'
import { createRouter, json, jsonBody, problems } from '../openapi.ts'
import { askForPoint, askToCancel, type AskDeliveryDeps } from './ask-delivery.ts'
import { PointField } from './delivery-fields.ts'
import { soundPoint } from './sound-point.ts'

export type OneDeliveryDeps = AskDeliveryDeps & OwnDeliveryDeps & { requires: Requires }

const tags = ['Delivery']
const DeliveryId = z.object({ id: z.string().max(64) })

/** What may be wanted of a delivery before the carrier has it. */
export function oneDelivery(deps: OneDeliveryDeps) {
  const { seller, requires } = deps

  const noteWish = (
    { sellerId }: Pick<Caller, 'sellerId'>,
    { orderId }: Delivery,
    deed: Omit<Deed, 'subject'>,
  ) => asSeller(seller, sellerId, (trx) => audit(trx, { ...deed, subject: `order:${orderId}` }))

  return createRouter()
    .openapi(
      createRoute({
        ...{ tags, method: 'post', path: '/{id}/cancel' },
        summary: 'Cancel a delivery before its carrier has the parcel',
        security: [{ apiKey: ['deliveries:write'] }],
        middleware: requires('deliveries:write'),
        request: { params: DeliveryId },
        responses: {
          202: json(Delivery, 'It will be cancelled as soon as its carrier lets go of it'),
          ...problems(401, 403, 404, 409, 503),
        },
      }),
      async (c) => {
        const found = await getOwnDelivery(deps, c, c.req.valid('param').id)
        const { id: deliveryId } = found
        await noteWish(c.get('caller'), found, {
          action: 'delivery.cancel_requested',
          data: { deliveryId },
        })
        await askToCancel(deps, found)
        return c.json(await getOwnDelivery(deps, c, deliveryId), 202)
      },
    )
    .openapi(
      createRoute({
        ...{ tags, method: 'put', path: '/{id}/pickup-point' },
        summary: 'Have it brought to another pickup point, before its carrier has the parcel',
        security: [{ apiKey: ['deliveries:write'] }],
        middleware: requires('deliveries:write'),
        request: { params: DeliveryId, ...jsonBody(PointField) },
        responses: {
          202: json(Delivery, 'It will be booked anew'),
          ...problems(400, 401, 403, 404, 409, 413, 415, 503),
        },
      }),
      async (c) => {
        const found = await getOwnDelivery(deps, c, c.req.valid('param').id)
        const { id: deliveryId } = found
        const point = c.req.valid('json')
        const { sellerId } = c.get('caller')
        await asSeller(seller, sellerId, async (trx) => {
          const { cityId, parcels } = (await findShipment(trx, deliveryId))!
          await soundPoint(trx, point, { cityId, parcels, path: '' })
        })
        await noteWish({ sellerId }, found, {
          action: 'delivery.point_requested',
          data: { deliveryId, ...point },
        })
        await askForPoint(deps, found, point)
        return c.json(await getOwnDelivery(deps, c, deliveryId), 202)
      },
    )
}
