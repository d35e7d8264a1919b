import { createRoute, z } from '@hono/zod-openapi'
import { listPlans } from '../../db/logistics/plans.ts'
import { asSeller } from '../../db/tenancy.ts'
import { explainChoice } from '../../domain/logistics/explain-choice.ts'
import { quotedOf } from '../../domain/logistics/quoted.ts'
import type { Requires } from '../auth.ts'
import { languageOf } from '../language.ts'
import { Quotes, showQuotes } from '../logistics/quote-fields.ts'
import { createRouter, Instant, json, problems } from '../openapi.ts'
import { getOwnDelivery, type OwnDeliveryDeps } from './own-delivery.ts'

export type ChoicesDeps = OwnDeliveryDeps & { requires: Requires }

const Choice = Quotes.extend({
  round: z.int().openapi({ description: 'Each time all carriers were asked', example: 1 }),
  at: Instant,
}).openapi('DeliveryChoice')

/** Why a delivery went to the carrier it went to: the lists as they were frozen. To be served at `/v1/deliveries`. */
export const choices = (deps: ChoicesDeps) =>
  createRouter().openapi(
    createRoute({
      ...{ tags: ['Delivery'], method: 'get', path: '/{id}/choices' },
      summary: 'Whom it was ranked among, and why the first was the first',
      security: [{ apiKey: ['deliveries:read'] }],
      middleware: deps.requires('deliveries:read'),
      request: { params: z.object({ id: z.string().max(64) }) },
      responses: {
        200: json(
          z.object({ items: z.array(Choice), nextCursor: z.null() }),
          'A list for each round in which carriers were asked',
        ),
        ...problems(401, 403, 404),
      },
    }),
    async (c) => {
      const { id } = await getOwnDelivery(deps, c, c.req.valid('param').id)
      const plans = await asSeller(deps.seller, c.get('caller').sellerId, (trx) =>
        listPlans(trx, id),
      )
      const items = plans.map(({ round, createdAt, ranked, leftOut }) => ({
        ...{ round, at: createdAt.toISOString() },
        ...showQuotes(
          { ranked: ranked.map(quotedOf), leftOut, explained: explainChoice(ranked) },
          languageOf(c),
        ),
      }))
      return c.json({ items, nextCursor: null }, 200)
    },
  )
