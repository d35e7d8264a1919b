import { createRoute, z } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import type { Database } from '../../db/database.ts'
import { findOwnSlaPolicy, putOwnSlaPolicy } from '../../db/logistics/sla-policies.ts'
import { asSeller } from '../../db/tenancy.ts'
import type { OwnTerms } from '../../domain/logistics/sla.ts'
import { HOUR_MS, MINUTE_MS } from '../../domain/logistics/zone.ts'
import type { Requires } from '../auth.ts'
import { createRouter, Instant, json, jsonBody, problems } from '../openapi.ts'
import { notFound } from '../problem.ts'

export type SlaPoliciesDeps = { seller: Kysely<Database>; requires: Requires }

const tags = ['Delivery']
/** `all`, a carrier, or one of its tariffs. */
const params = z.object({
  tariff: z
    .string()
    .regex(/^(all|(cdek|dpd|uber)(:[\x21-\x7e]{1,32})?)$/)
    .openapi({ example: 'cdek:136', param: { name: 'tariff', in: 'path' } }),
})
const minutes = z.int().min(1).max(1_440).optional().openapi({ example: 10 })
const percent = (description: string) =>
  z.int().min(0).max(100).optional().openapi({ description, example: 10 })
const hours = z.int().min(1).max(720).optional().openapi({ example: 48 })

const NewSlaPolicy = z
  .strictObject({
    confirmMinutes: minutes,
    bookingMinutes: minutes,
    handOverHours: hours,
    silenceHours: z
      .strictObject({
        'courier-assigned': hours,
        accepted: hours,
        'in-transit': hours,
        'at-destination': hours,
        'out-for-delivery': hours,
        'attempt-failed': hours,
        returning: hours,
      })
      .optional(),
    storageWarningHours: hours,
    compensation: z
      .strictObject({
        perDayLatePercent: percent('Of the price of the delivery, for each day that it is late'),
        mostLatePercent: percent('Of the price of the delivery, however late'),
        failedPercent: percent(
          'Of the price of the delivery, when it is lost or returned by its carrier’s fault',
        ),
        lostDeclaredPercent: percent('Of the declared value, when it is lost'),
      })
      .optional()
      .openapi({ description: 'What is due; by the law where nothing else is said' }),
  })
  .openapi('NewSlaPolicy')
// An extension would be `allOf` a schema that allows no more than its own fields.
const SlaPolicy = z
  .object({
    ...NewSlaPolicy.shape,
    tariff: z.string().openapi({ example: 'cdek:136' }),
    version: z.int().openapi({ example: 2 }),
    createdAt: Instant,
  })
  .openapi('SlaPolicy')

/** What a seller expects of carriers. Each change is a version of its own; a delivery keeps the one that it began with. */
export const slaPolicies = ({ seller, requires }: SlaPoliciesDeps) =>
  createRouter()
    .openapi(
      createRoute({
        ...{ tags, method: 'get', path: '/{tariff}', summary: 'What is expected of carriers' },
        security: [{ apiKey: ['deliveries:read'] }],
        middleware: requires('deliveries:read'),
        request: { params },
        responses: { 200: json(SlaPolicy, 'The newest version'), ...problems(400, 401, 403, 404) },
      }),
      async (c) => {
        const { tariff } = c.req.valid('param')
        const { sellerId } = c.get('caller')
        const row = await asSeller(seller, sellerId, (trx) =>
          findOwnSlaPolicy(trx, sellerId, keptAs(tariff)),
        )
        if (!row) throw notFound()
        return c.json(show(tariff, row), 200)
      },
    )
    .openapi(
      createRoute({
        ...{ tags, method: 'put', path: '/{tariff}', summary: 'Expect something else of carriers' },
        security: [{ apiKey: ['deliveries:write'] }],
        middleware: requires('deliveries:write'),
        request: { params, ...jsonBody(NewSlaPolicy) },
        responses: {
          200: json(SlaPolicy, 'The new version'),
          ...problems(400, 401, 403, 413, 415),
        },
      }),
      async (c) => {
        const { tariff } = c.req.valid('param')
        const { sellerId, keyId } = c.get('caller')
        const row = await asSeller(seller, sellerId, (trx) =>
          putOwnSlaPolicy(trx, {
            ...{ sellerId, tariff: keptAs(tariff), actor: `key:${keyId}` },
            terms: termsOf(c.req.valid('json')),
          }),
        )
        return c.json(show(tariff, row), 200)
      },
    )

type Told = z.infer<typeof NewSlaPolicy>
type Row = NonNullable<Awaited<ReturnType<typeof findOwnSlaPolicy>>>

const keptAs = (tariff: string) => (tariff === 'all' ? '' : tariff)

const termsOf = ({ silenceHours, compensation, ...told }: Told): OwnTerms => ({
  ...(compensation && { compensation: Object.fromEntries(Object.entries(compensation)) }),
  ...(told.confirmMinutes && { confirmMs: told.confirmMinutes * MINUTE_MS }),
  ...(told.bookingMinutes && { bookingMs: told.bookingMinutes * MINUTE_MS }),
  ...(told.handOverHours && { handOverMs: told.handOverHours * HOUR_MS }),
  ...(told.storageWarningHours && { storageWarningMs: told.storageWarningHours * HOUR_MS }),
  ...(silenceHours && {
    silenceMs: Object.fromEntries(
      Object.entries(silenceHours).map(([status, hours = 0]) => [status, hours * HOUR_MS]),
    ),
  }),
})

const show = (tariff: string, { version, terms, createdAt }: Row): z.infer<typeof SlaPolicy> => ({
  ...{ tariff, version, createdAt: createdAt.toISOString() },
  ...(terms.compensation && { compensation: terms.compensation }),
  ...(terms.confirmMs && { confirmMinutes: terms.confirmMs / MINUTE_MS }),
  ...(terms.bookingMs && { bookingMinutes: terms.bookingMs / MINUTE_MS }),
  ...(terms.handOverMs && { handOverHours: terms.handOverMs / HOUR_MS }),
  ...(terms.storageWarningMs && { storageWarningHours: terms.storageWarningMs / HOUR_MS }),
  ...(terms.silenceMs && {
    silenceHours: Object.fromEntries(
      Object.entries(terms.silenceMs).map(([status, ms]) => [status, ms / HOUR_MS]),
    ),
  }),
})
