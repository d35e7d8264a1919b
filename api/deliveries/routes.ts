import { createRoute, z } from '@hono/zod-openapi'
import { Readable } from 'node:stream'
import { ObjectNotFound, type ObjectStore } from '../../clients/object-store.ts'
import { findLabelKey, listDeliveries } from '../../db/logistics/deliveries.ts'
import { asSeller } from '../../db/tenancy.ts'
import type { Requires } from '../auth.ts'
import { decodeCursor, toPage } from '../cursor.ts'
import { CarrierField } from '../logistics/point-view.ts'
import { createRouter, Instant, json, PageQuery, pageOf, problems } from '../openapi.ts'
import { notFound } from '../problem.ts'
import { Delivery, DeliveryStateField, showDelivery } from './delivery-view.ts'
import { asItIsNow, type LiveStateDeps } from './live-state.ts'
import { getOwnDelivery, isDeliveryId, trackUrlOf, type OwnDeliveryDeps } from './own-delivery.ts'

export type DeliveriesDeps = OwnDeliveryDeps &
  LiveStateDeps & {
    objectStore: Pick<ObjectStore, 'get'>
    requires: Requires
  }

const tags = ['Delivery']
const read = { tags, security: [{ apiKey: ['deliveries:read'] }] }
const DeliveryId = z.object({ id: z.string().max(64) })
const Position = z.tuple([z.string().regex(/^\d{1,18}$/), z.uuid()])

const DeliveriesQuery = PageQuery.extend({
  state: DeliveryStateField.optional(),
  carrier: CarrierField.optional(),
  late: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional()
    .openapi({ description: 'Later than the buyer was promised', example: 'true' }),
  from: Instant.optional().openapi({ description: 'Started then or later' }),
  to: Instant.optional().openapi({ description: 'Started before' }),
})

/** What sellers read of their deliveries: it answers from PostgreSQL while workers are down. */
export function deliveries(deps: DeliveriesDeps) {
  const { seller, objectStore, requires } = deps
  return createRouter()
    .openapi(
      createRoute({
        ...read,
        method: 'get',
        path: '/',
        summary: 'Deliveries, the newest first',
        middleware: requires('deliveries:read'),
        request: { query: DeliveriesQuery },
        responses: { 200: json(pageOf(Delivery), 'A page'), ...problems(400, 401, 403) },
      }),
      async (c) => {
        const { limit, cursor, ...filter } = c.req.valid('query')
        const [createdAtMicros, id] = cursor === undefined ? [] : decodeCursor(cursor, Position)
        const rows = await asSeller(seller, c.get('caller').sellerId, (trx) =>
          listDeliveries(trx, {
            ...filter,
            limit: limit + 1,
            before: createdAtMicros && id ? { createdAtMicros, id } : undefined,
          }),
        )
        return c.json(
          toPage(
            rows,
            limit,
            (row) => showDelivery(row, trackUrlOf(deps, c, row.id)),
            (row) => [row.createdAtMicros, row.id],
          ),
          200,
        )
      },
    )
    .openapi(
      createRoute({
        ...read,
        method: 'get',
        path: '/{id}',
        summary: 'A delivery: where it is, who was asked, what was told',
        middleware: requires('deliveries:read'),
        request: { params: DeliveryId },
        responses: { 200: json(Delivery, 'The delivery'), ...problems(401, 403, 404) },
      }),
      async (c) =>
        c.json(await asItIsNow(deps, await getOwnDelivery(deps, c, c.req.valid('param').id)), 200),
    )
    .openapi(
      createRoute({
        ...read,
        method: 'get',
        path: '/{id}/label',
        summary: 'What goes onto the parcel, as its carrier made it',
        middleware: requires('deliveries:read'),
        request: { params: DeliveryId },
        responses: {
          200: {
            description: 'The label of the booking that lives',
            content: { 'application/pdf': { schema: z.string() } },
          },
          ...problems(401, 403, 404, 503),
        },
      }),
      async (c) => {
        const { id } = c.req.valid('param')
        const found = isDeliveryId(id)
          ? await asSeller(seller, c.get('caller').sellerId, (trx) => findLabelKey(trx, id))
          : undefined
        if (!found) throw notFound()
        if (found.labelKey === null) throw notFound(NO_LABEL)
        const pdf = await open(objectStore, found.labelKey, c.req.raw.signal)
        return c.body(Readable.toWeb(pdf) as ReadableStream, 200, {
          'Content-Type': 'application/pdf',
          'Content-Disposition': `inline; filename="label-${id}.pdf"`,
          'Cache-Control': 'private, no-cache',
        })
      },
    )
}

async function open(objectStore: DeliveriesDeps['objectStore'], key: string, signal: AbortSignal) {
  try {
    return await objectStore.get(key, { signal })
  } catch (error) {
    if (error instanceof ObjectNotFound) throw notFound(NO_LABEL)
    throw error
  }
}

const NO_LABEL = {
  ru: 'Этикетки нет: перевозчик её ещё не сделал или не делает вовсе.',
  en: 'There is no label: the carrier has not made it yet, or makes none.',
}
