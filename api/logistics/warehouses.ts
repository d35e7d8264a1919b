import { createRoute, z } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import type { Database } from '../../db/database.ts'
import {
  findWarehouse,
  listWarehouses,
  putDispatch,
  type WarehouseRow,
} from '../../db/logistics/warehouses.ts'
import { asSeller } from '../../db/tenancy.ts'
import type { Requires } from '../auth.ts'
import { decodeCursor, toPage } from '../cursor.ts'
import { createRouter, json, jsonBody, PageQuery, pageOf, problems } from '../openapi.ts'
import { isId, text } from '../orders/order-fields.ts'
import { notFound } from '../problem.ts'

export type WarehousesDeps = { seller: Kysely<Database>; requires: Requires }

const tags = ['Delivery']
const params = z.object({ id: z.string().max(64) })
const Position = z.tuple([z.string().regex(/^\d{1,18}$/)])
const degrees = (most: number, example: number) =>
  z.number().min(-most).max(most).openapi({ example })

const fields = {
  address: text(500).openapi({ example: 'пр-д Энергетиков, 12, стр. 4' }),
  postalCode: z
    .string()
    .regex(/^\d{6}$/)
    .optional()
    .openapi({ example: '121059' }),
  location: z
    .strictObject({ lat: degrees(90, 55.7421), lon: degrees(180, 37.5518) })
    .optional()
    .openapi({ description: 'Where couriers come to; Uber asks for it' }),
  contact: z.strictObject({
    name: text(200).openapi({ example: 'Олег Синицын' }),
    phone: z
      .string()
      .regex(/^\+[1-9]\d{6,14}$/)
      .openapi({ description: 'E.164', example: '+79995550101' }),
  }),
}
const cutoff = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
  .openapi({
    description: 'What is ordered until then leaves on the same day, on the clock of its city',
    example: '15:00',
  })
const workingDays = z
  .array(z.int().min(1).max(7))
  .min(1)
  .max(7)
  .refine((days) => new Set(days).size === days.length, { error: 'день повторяется / repeated' })
  .openapi({ description: 'From Monday (1)', example: [1, 2, 3, 4, 5] })
const handlingMinutes = z
  .int()
  .min(0)
  .max(20_160)
  .openapi({ description: 'From the order until the parcel is ready', example: 120 })

const NewDispatch = z
  .strictObject({
    ...fields,
    cutoff: cutoff.default('15:00'),
    workingDays: workingDays.default([1, 2, 3, 4, 5]),
    handlingMinutes: handlingMinutes.default(0),
  })
  .openapi('NewWarehouseDispatch')
const Dispatch = z
  .object({ ...fields, cutoff, workingDays, handlingMinutes })
  .openapi('WarehouseDispatch')
const Warehouse = z
  .object({
    id: z.string().openapi({ example: '12' }),
    externalId: z.string().openapi({ example: 'main' }),
    name: z.string().openapi({ example: 'Склад на Дорогомилово' }),
    city: z.string().openapi({ example: 'msk' }),
    dispatch: Dispatch.optional().openapi({
      description: 'Where nobody has said it, nothing is delivered from there',
    }),
  })
  .openapi('Warehouse')

/** The seller's warehouses, and how carriers find them. To be served at `/v1/warehouses`. */
export const warehouses = ({ seller, requires }: WarehousesDeps) =>
  createRouter()
    .openapi(
      createRoute({
        ...{ tags, method: 'get', path: '/', summary: 'Your warehouses' },
        security: [{ apiKey: ['deliveries:read'] }],
        middleware: requires('deliveries:read'),
        request: { query: PageQuery },
        responses: { 200: json(pageOf(Warehouse), 'A page'), ...problems(400, 401, 403) },
      }),
      async (c) => {
        const { limit, cursor } = c.req.valid('query')
        const [afterId] = cursor === undefined ? [] : decodeCursor(cursor, Position)
        const rows = await asSeller(seller, c.get('caller').sellerId, (trx) =>
          listWarehouses(trx, { afterId, limit: limit + 1 }),
        )
        return c.json(
          toPage(rows, limit, show, ({ id }) => [id]),
          200,
        )
      },
    )
    .openapi(
      createRoute({
        ...{ tags, method: 'get', path: '/{id}/dispatch' },
        summary: 'Where carriers fetch from a warehouse, until when, and by whom',
        security: [{ apiKey: ['deliveries:read'] }],
        middleware: requires('deliveries:read'),
        request: { params },
        responses: { 200: json(Dispatch, 'As it is now'), ...problems(401, 403, 404) },
      }),
      async (c) => {
        const { id } = c.req.valid('param')
        const row = isId(id)
          ? await asSeller(seller, c.get('caller').sellerId, (trx) => findWarehouse(trx, id))
          : undefined
        const { dispatch } = row ? show(row) : {}
        if (!dispatch) throw notFound()
        return c.json(dispatch, 200)
      },
    )
    .openapi(
      createRoute({
        ...{ tags, method: 'put', path: '/{id}/dispatch' },
        summary: 'Say where carriers fetch from a warehouse, until when, and by whom',
        description: 'Whole: what is left out is as it is unless told.',
        security: [{ apiKey: ['deliveries:write'] }],
        middleware: requires('deliveries:write'),
        request: { params, ...jsonBody(NewDispatch) },
        responses: {
          200: json(Dispatch, 'As it is now'),
          ...problems(400, 401, 403, 404, 413, 415),
        },
      }),
      async (c) => {
        const { id } = c.req.valid('param')
        const { sellerId, keyId } = c.get('caller')
        const { location, contact, postalCode, ...told } = c.req.valid('json')
        if (!isId(id)) throw notFound()
        const row = await asSeller(seller, sellerId, async (trx) => {
          if (!(await findWarehouse(trx, id))) throw notFound()
          const columns = {
            ...{ ...told, postalCode: postalCode ?? null },
            ...{ lat: location?.lat ?? null, lon: location?.lon ?? null },
            ...{ contactName: contact.name, contactPhone: contact.phone },
          }
          await putDispatch(trx, { id, sellerId }, columns, `key:${keyId}`)
          return findWarehouse(trx, id)
        })
        return c.json(show(row!).dispatch!, 200)
      },
    )

function show(row: WarehouseRow): z.infer<typeof Warehouse> {
  const { id, externalId, name, cityId: city, address, contactName, contactPhone } = row
  const shown = { id, externalId, name, city }
  if (address === null || contactName === null || contactPhone === null) return shown
  return {
    ...shown,
    dispatch: {
      address,
      ...(row.postalCode !== null && { postalCode: row.postalCode }),
      ...(row.lat !== null && row.lon !== null && { location: { lat: row.lat, lon: row.lon } }),
      contact: { name: contactName, phone: contactPhone },
      cutoff: row.cutoff!,
      workingDays: row.workingDays!,
      handlingMinutes: row.handlingMinutes!,
    },
  }
}
