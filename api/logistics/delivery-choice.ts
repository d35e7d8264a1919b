import { createRoute } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import type { Database } from '../../db/database.ts'
import { findOwnChoicePolicy, putChoicePolicy } from '../../db/logistics/choice-policies.ts'
import { asSeller } from '../../db/tenancy.ts'
import type { Requires } from '../auth.ts'
import { createRouter, json, jsonBody, problems } from '../openapi.ts'
import { notFound } from '../problem.ts'
import { choiceAsTold, DeliveryChoice, NewDeliveryChoice, showChoice } from './choice-fields.ts'

export type DeliveryChoiceDeps = { seller: Kysely<Database>; requires: Requires }

const tags = ['Delivery']

/** What a seller cares about when a carrier is chosen. To be served at `/v1/delivery-choice`. */
export const deliveryChoice = ({ seller, requires }: DeliveryChoiceDeps) =>
  createRouter()
    .openapi(
      createRoute({
        ...{ tags, method: 'get', path: '/', summary: 'What your carriers are chosen by' },
        security: [{ apiKey: ['deliveries:read'] }],
        middleware: requires('deliveries:read'),
        responses: { 200: json(DeliveryChoice, 'The newest version'), ...problems(401, 403, 404) },
      }),
      async (c) => {
        const { sellerId } = c.get('caller')
        const row = await asSeller(seller, sellerId, (trx) => findOwnChoicePolicy(trx, sellerId))
        if (!row) throw notFound()
        return c.json(showChoice(row), 200)
      },
    )
    .openapi(
      createRoute({
        ...{ tags, method: 'put', path: '/' },
        summary: 'Say what your carriers are chosen by, instead of what the marketplace goes by',
        security: [{ apiKey: ['deliveries:write'] }],
        middleware: requires('deliveries:write'),
        request: jsonBody(NewDeliveryChoice),
        responses: {
          200: json(DeliveryChoice, 'The new version'),
          ...problems(400, 401, 403, 413, 415),
        },
      }),
      async (c) => {
        const { sellerId, keyId } = c.get('caller')
        const told = choiceAsTold(c.req.valid('json'))
        const row = await asSeller(seller, sellerId, (trx) =>
          putChoicePolicy(trx, { ...told, sellerId }, `key:${keyId}`),
        )
        return c.json(showChoice(row), 200)
      },
    )
