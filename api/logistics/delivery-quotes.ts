import { createRoute, type z } from '@hono/zod-openapi'
import type { WorkflowClient } from '@temporalio/client'
import type { Kysely, Transaction } from 'kysely'
import { randomUUID } from 'node:crypto'
import {
  logisticsQueue,
  quoteDelivery,
  quoteWorkflowId,
  type QuoteDelivery,
  type QuoteDeliveryInput,
  type QuoteDeliveryResult,
} from '../../contracts/logistics.ts'
import type { Database } from '../../db/database.ts'
import { findDefaultWarehouse } from '../../db/logistics/ship-from.ts'
import { findOrder } from '../../db/orders/orders.ts'
import { hasCity } from '../../db/storefront/cities.ts'
import { asSeller } from '../../db/tenancy.ts'
import type { Requires } from '../auth.ts'
import { languageOf, type Text } from '../language.ts'
import { createRouter, json, jsonBody, problems } from '../openapi.ts'
import { isId } from '../orders/order-fields.ts'
import { unavailable } from '../problem-of.ts'
import { notFound, Problem } from '../problem.ts'
import { NewQuote, Quotes, showQuotes } from './quote-fields.ts'
import { soundPoint } from './sound-point.ts'
import { parcelOf, pointOf, sendingFrom, warehouseOf } from './what-is-sent.ts'

export type DeliveryQuotesDeps = {
  seller: Kysely<Database>
  workflows: Pick<WorkflowClient, 'execute' | 'withDeadline'>
  requires: Requires
}

type Wanted = z.output<typeof NewQuote>

/** Carriers have some seconds each, all at once. */
const ANSWERED_WITHIN_MS = 20_000

/** What carriers would take for a delivery, ranked as they are when one is planned. To be served at `/v1/delivery-quotes`. */
export const deliveryQuotes = (deps: DeliveryQuotesDeps) =>
  createRouter().openapi(
    createRoute({
      ...{ tags: ['Delivery'], method: 'post', path: '/' },
      summary: 'Ask all carriers: price, promise, and why the first is the first',
      description: 'Nothing is booked, and nothing is kept.',
      security: [{ apiKey: ['deliveries:read'] }],
      middleware: deps.requires('deliveries:read'),
      request: jsonBody(NewQuote),
      responses: {
        200: json(Quotes, 'Who would take it, the best first'),
        ...problems(400, 401, 403, 404, 409, 413, 415, 503),
      },
    }),
    async (c) => {
      const { sellerId } = c.get('caller')
      const wanted = c.req.valid('json')
      const input = await asSeller(deps.seller, sellerId, (trx) => inputOf(trx, sellerId, wanted))
      return c.json(showQuotes(await ask(deps, input), languageOf(c)), 200)
    },
  )

async function inputOf(
  trx: Transaction<Database>,
  sellerId: string,
  { orderId, shopId, city, parcels, point, declared }: Wanted,
): Promise<QuoteDeliveryInput> {
  if (orderId !== undefined) {
    const order = isId(orderId) ? await findOrder(trx, orderId) : undefined
    if (!order) throw notFound()
    const sent = parcels ?? [await parcelOf(trx, order)]
    const at = await pointOf(trx, order, { point, parcels: sent })
    return {
      ...{ sellerId, orderId, warehouseId: await warehouseOf(trx, order), cityId: order.cityId },
      parcels: sent,
      declared: declared ?? { amount: Number(order.totalMinor), currency: order.currency },
      ...(at && { point: at }),
    }
  }
  const missing = Object.entries({ shopId, city, parcels }).filter(([, value]) => !value)
  if (!shopId || !city || !parcels)
    throw new Problem('validation-failed', {
      errors: missing.map(([path]) => ({ path, message: WANTED })),
    })
  const warehouse = isId(shopId) ? await findDefaultWarehouse(trx, shopId) : undefined
  if (!warehouse) throw notFound()
  const warehouseId = await sendingFrom(trx, warehouse.id)
  if (!(await hasCity(trx, city)))
    throw new Problem('validation-failed', { errors: [{ path: 'city', message: NO_CITY }] })
  if (point) await soundPoint(trx, point, { cityId: city, parcels, path: 'point.' })
  return {
    ...{ sellerId, warehouseId, cityId: city, parcels },
    declared: declared ?? { amount: 0, currency: 'RUB' },
    ...(point && { point }),
  }
}

async function ask(
  { workflows }: DeliveryQuotesDeps,
  input: QuoteDeliveryInput,
): Promise<QuoteDeliveryResult> {
  try {
    return await workflows.withDeadline(Date.now() + ANSWERED_WITHIN_MS, () =>
      workflows.execute<QuoteDelivery>(quoteDelivery, {
        workflowId: quoteWorkflowId(randomUUID()),
        taskQueue: logisticsQueue,
        workflowExecutionTimeout: ANSWERED_WITHIN_MS,
        args: [input],
      }),
    )
  } catch (error) {
    throw unavailable(error as Error, LATER)
  }
}

const WANTED: Text = {
  ru: 'нужен, когда нет orderId',
  en: 'is needed where there is no orderId',
}
const NO_CITY: Text = { ru: 'нет такого города', en: 'no such city' }
const LATER: Text = {
  ru: 'Перевозчики не ответили вовремя. Повторите запрос позже.',
  en: 'The carriers did not answer in time. Ask again in a moment.',
}
