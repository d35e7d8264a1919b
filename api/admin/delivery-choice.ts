import { createRoute } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import type { Database } from '../../db/database.ts'
import { findOwnChoicePolicy, putChoicePolicy } from '../../db/logistics/choice-policies.ts'
import type { Requires } from '../auth.ts'
import {
  choiceAsTold,
  DeliveryChoice,
  NewDeliveryChoice,
  showChoice,
} from '../logistics/choice-fields.ts'
import { createRouter, json, jsonBody, problems } from '../openapi.ts'
import { notFound } from '../problem.ts'

export type MarketplaceChoiceDeps = {
  /** Connected as the role `system`. */
  system: Kysely<Database>
  requires: Requires
}

const tags = ['Operations']
const security = [{ apiKey: ['admin'] }]

/** By what carriers are chosen for sellers who do not say. To be served at `/v1/admin/delivery-choice`. */
export const marketplaceChoice = ({ system, requires }: MarketplaceChoiceDeps) =>
  createRouter()
    .openapi(
      createRoute({
        ...{ method: 'get', path: '/', tags, security },
        summary: 'What carriers are chosen by for sellers who do not say',
        middleware: requires('admin'),
        responses: { 200: json(DeliveryChoice, 'The newest version'), ...problems(401, 403, 404) },
      }),
      async (c) => {
        const row = await findOwnChoicePolicy(system, null)
        if (!row) throw notFound()
        return c.json(showChoice(row), 200)
      },
    )
    .openapi(
      createRoute({
        ...{ method: 'put', path: '/', tags, security },
        summary: 'Say what carriers are chosen by for sellers who do not say',
        middleware: requires('admin'),
        request: jsonBody(NewDeliveryChoice),
        responses: {
          200: json(DeliveryChoice, 'The new version'),
          ...problems(400, 401, 403, 413, 415),
        },
      }),
      async (c) => {
        const told = choiceAsTold(c.req.valid('json'))
        const row = await system
          .transaction()
          .execute((trx) =>
            putChoicePolicy(trx, { ...told, sellerId: null }, `key:${c.get('keyId')}`),
          )
        return c.json(showChoice(row), 200)
      },
    )
