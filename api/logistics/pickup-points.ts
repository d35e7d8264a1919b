import type { Client as Elasticsearch } from '@elastic/elasticsearch'
import { createRoute, z } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import type { Database } from '../../db/database.ts'
import { listPointSyncs } from '../../db/logistics/pickup-points.ts'
import { findShipment } from '../../db/logistics/shipments.ts'
import { asSeller } from '../../db/tenancy.ts'
import { pickupPointsIndex } from '../../domain/logistics/points-index.ts'
import type { Parcel } from '../../domain/logistics/parcel.ts'
import type { Requires } from '../auth.ts'
import { decodeCursor, toPage } from '../cursor.ts'
import { languageOf } from '../language.ts'
import { createRouter, json, pageOf, problems } from '../openapi.ts'
import { notFound } from '../problem.ts'
import { steady } from '../storefront/remembering.ts'
import { scopeFinder } from '../storefront/scope.ts'
import { findPoints } from './find-points.ts'
import { fitsOf, nearOf, PointsQuery } from './point-query.ts'
import { PickupPoint, showPoint } from './point-view.ts'

export type PickupPointsDeps = {
  /** Connected as the role `storefront`: points are nobody's own. */
  storefront: Kysely<Database>
  seller: Kysely<Database>
  search: Elasticsearch
  /** What is searched; the pickup points unless said otherwise. */
  points?: { alias: string }
  requires: Requires
}

const Id = z.string().regex(/^[a-z]{1,8}:.{1,64}$/su)
const NearPosition = z.tuple([z.string().regex(/^\d{1,9}(\.\d{1,20})?(e-\d{1,3})?$/), Id])
const IdPosition = z.tuple([Id])
/** How fresh the lists are is asked for once a second. */
const SYNCS_FOR_MS = 1_000

export function pickupPoints(deps: PickupPointsDeps) {
  const { storefront, search, points = pickupPointsIndex, requires } = deps
  const readSyncs = steady(() => listPointSyncs(storefront), SYNCS_FOR_MS)
  const findScope = scopeFinder(storefront, async () => new Map())

  return createRouter().openapi(
    createRoute({
      tags: ['Delivery'],
      security: [{ apiKey: ['deliveries:read'] }],
      method: 'get',
      path: '/',
      summary: 'Pickup points and lockers: near a place, in a city, large enough for a shipment',
      description:
        'Points are read from the carriers every day and their states every hour: `ageSeconds` says how old the answer is. They are checked again when a shipment is booked.',
      middleware: requires('deliveries:read'),
      request: { query: PointsQuery },
      responses: {
        200: json(pageOf(PickupPoint), 'A page of points'),
        ...problems(400, 401, 403, 404),
      },
    }),
    async (c) => {
      const query = c.req.valid('query')
      const near = nearOf(query)
      const after = query.cursor === undefined ? undefined : positionOf(query.cursor, near)
      const { city: cityId } = await findScope({ city: query.city })
      const parcels = await parcelsOf(deps, c.get('caller').sellerId, query.fits)
      const { carrier, kind, state, payment, openAt, limit } = query
      const found = await findPoints(
        { storefront, search, points },
        {
          ...{ cityId, carrier, kind, near, parcels, payment, openAt, after },
          state: state === 'any' ? undefined : state,
          limit: limit + 1,
        },
      )
      const language = languageOf(c)
      const showing = { syncs: await readSyncs(), language, now: new Date() }
      c.header('Content-Language', language)
      return c.json(
        toPage(
          found,
          limit,
          (one) => showPoint(one, showing),
          ({ point, distanceM }) => (near ? [String(distanceM), point.id] : [point.id]),
        ),
        200,
      )
    },
  )
}

function positionOf(cursor: string, near: object | undefined) {
  if (near === undefined) return { id: decodeCursor(cursor, IdPosition)[0] }
  const [distanceM, id] = decodeCursor(cursor, NearPosition)
  return { distanceM: Number(distanceM), id }
}

async function parcelsOf(
  { seller }: PickupPointsDeps,
  sellerId: string,
  fits: string | undefined,
): Promise<readonly Parcel[] | undefined> {
  const asked = fitsOf(fits)
  if (asked === undefined) return undefined
  if ('parcels' in asked) return asked.parcels
  const shipment = await asSeller(seller, sellerId, (trx) => findShipment(trx, asked.deliveryId))
  if (!shipment) throw notFound()
  return shipment.parcels
}
