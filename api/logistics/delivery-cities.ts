import { createRoute, z } from '@hono/zod-openapi'
import type { Kysely, Transaction } from 'kysely'
import type { Database } from '../../db/database.ts'
import { findUnknownCities } from '../../db/storefront/cities.ts'
import {
  listDeliveryCities,
  listServedCities,
  putDeliveryCities,
} from '../../db/storefront/delivery-cities.ts'
import { asSeller } from '../../db/tenancy.ts'
import type { Requires } from '../auth.ts'
import { createRouter, json, jsonBody, problems } from '../openapi.ts'
import { Problem } from '../problem.ts'
import { City } from '../storefront/scope.ts'

export type DeliveryCitiesDeps = { seller: Kysely<Database>; requires: Requires }

const tags = ['Delivery']
const MOST_CITIES = 2_000

const NewDeliveryCities = z
  .strictObject({
    cities: z
      .array(City)
      .max(MOST_CITIES)
      .openapi({
        description: 'All of them: who leaves one out delivers there no more',
        example: ['spb', 'kzn'],
      }),
  })
  .openapi('NewDeliveryCities')

const DeliveryCities = z
  .object({
    cities: z.array(z.string()).openapi({
      description: 'What you have said',
      example: ['spb', 'kzn'],
    }),
    servedByWarehouses: z.array(z.string()).openapi({
      description: 'What your warehouses serve: it is delivered to anyhow',
      example: ['msk'],
    }),
  })
  .openapi('DeliveryCities')

/** Where a seller's goods are found by `deliverable=true`. To be served at `/v1/delivery-cities`. */
export const deliveryCities = ({ seller, requires }: DeliveryCitiesDeps) =>
  createRouter()
    .openapi(
      createRoute({
        ...{ tags, method: 'get', path: '/', summary: 'Cities that you deliver to' },
        security: [{ apiKey: ['deliveries:read'] }],
        middleware: requires('deliveries:read'),
        responses: { 200: json(DeliveryCities, 'As they are now'), ...problems(401, 403) },
      }),
      async (c) => c.json(await asSeller(seller, c.get('caller').sellerId, show), 200),
    )
    .openapi(
      createRoute({
        ...{ tags, method: 'put', path: '/', summary: 'Say which cities you deliver to' },
        description:
          'The whole list. Searches for what can be delivered to a city go by it ten seconds later at most.',
        security: [{ apiKey: ['deliveries:write'] }],
        middleware: requires('deliveries:write'),
        request: jsonBody(NewDeliveryCities),
        responses: {
          200: json(DeliveryCities, 'As they are now'),
          ...problems(400, 401, 403, 413, 415),
        },
      }),
      async (c) => {
        const { sellerId, keyId } = c.get('caller')
        const { cities } = c.req.valid('json')
        const shown = await asSeller(seller, sellerId, async (trx) => {
          refuse(cities, await findUnknownCities(trx, cities))
          await putDeliveryCities(trx, { sellerId, cities }, `key:${keyId}`)
          return show(trx)
        })
        return c.json(shown, 200)
      },
    )

/** @throws {Problem} 400 naming each city that is none of ours, or is there before */
function refuse(cities: readonly string[], unknown: readonly string[]): void {
  const errors = cities.flatMap((city, at) => {
    const path = `cities.${at}`
    if (unknown.includes(city)) return [{ path, message: NO_CITY }]
    return cities.indexOf(city) < at ? [{ path, message: REPEATED }] : []
  })
  if (errors.length > 0) throw new Problem('validation-failed', { errors })
}

const NO_CITY = { ru: 'нет такого города', en: 'no such city' }
const REPEATED = { ru: 'город повторяется', en: 'the city is repeated' }

const show = async (trx: Transaction<Database>): Promise<z.infer<typeof DeliveryCities>> => ({
  cities: await listDeliveryCities(trx),
  servedByWarehouses: await listServedCities(trx),
})
