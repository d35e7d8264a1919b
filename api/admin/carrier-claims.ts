import { createRoute, z } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import type { Database } from '../../db/database.ts'
import { settleClaim } from '../../db/logistics/delivery-costs.ts'
import type { Requires } from '../auth.ts'
import { isDeliveryId } from '../deliveries/own-delivery.ts'
import { DeliveryCost, showCosts } from '../logistics/cost-fields.ts'
import { createRouter, json, jsonBody, problems } from '../openapi.ts'
import { notFound } from '../problem.ts'

export type CarrierClaimsDeps = {
  /** Connected as the role `system`. */
  system: Kysely<Database>
  requires: Requires
}

const SettledClaim = z
  .strictObject({
    paid: z
      .int()
      .min(0)
      .max(100_000_000_000)
      .openapi({ description: 'In minor units of what is claimed', example: 5_400 }),
  })
  .openapi('SettledClaim')

/** What carriers owe for being late and for what they lost. To be served at `/v1/admin/delivery-costs`. */
export const carrierClaims = ({ system, requires }: CarrierClaimsDeps) =>
  createRouter().openapi(
    createRoute({
      ...{ tags: ['Operations'], method: 'put', path: '/{id}/claim' },
      summary: 'Say what its carrier has paid of what was claimed for a delivery',
      security: [{ apiKey: ['admin'] }],
      middleware: requires('admin'),
      request: { params: z.object({ id: z.string().max(64) }), ...jsonBody(SettledClaim) },
      responses: {
        200: json(DeliveryCost, 'The claim is settled'),
        ...problems(400, 401, 403, 404, 413, 415),
      },
    }),
    async (c) => {
      const { id: shipmentId } = c.req.valid('param')
      const { paid: paidMinor } = c.req.valid('json')
      if (!isDeliveryId(shipmentId)) throw notFound()
      const costs = await system
        .transaction()
        .execute((trx) =>
          settleClaim(trx, { shipmentId, paidMinor, actor: `key:${c.get('keyId')}` }),
        )
      if (!costs) throw notFound()
      return c.json(showCosts(costs), 200)
    },
  )
