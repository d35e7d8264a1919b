import { createRoute, z } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import { randomBytes, randomUUID } from 'node:crypto'
import type { SecretBox } from '../../clients/secret-box.ts'
import { currentTraceParent } from '../../clients/tracing.ts'
import type { CarrierId } from '../../contracts/logistics.ts'
import type { Database } from '../../db/database.ts'
import {
  findOwnAccount,
  putOwnAccount,
  type CarrierAccountRow,
} from '../../db/logistics/carrier-accounts.ts'
import { asSeller } from '../../db/tenancy.ts'
import type { Requires } from '../auth.ts'
import { createRouter, Instant, json, jsonBody, problems } from '../openapi.ts'
import { notFound, Problem } from '../problem.ts'
import { CarrierField } from './point-view.ts'

export type CarrierAccountsDeps = {
  seller: Kysely<Database>
  secrets: Pick<SecretBox, 'seal'>
  /** Where each carrier serves contracts. */
  carrierUrls: Record<CarrierId, string>
  requires: Requires
}

const tags = ['Delivery']
const params = z.object({ carrier: CarrierField })
const visible = (most: number) => z.string().regex(new RegExp(`^[\\x21-\\x7e]{1,${most}}$`))

const NewAccount = z
  .strictObject({
    clientId: visible(200).openapi({
      example: 'wqGwiQx0gg8mLtiEKsUinjVSICCjtTEP',
      description: 'CDEK: the account; DPD: the client number; Uber: the client id',
    }),
    clientSecret: visible(500).openapi({ example: 'RmAmgvSgSl1yirlz9QupbzOJVqhCxcP5' }),
    customerId: visible(200).optional().openapi({
      example: 'cus_0f9a',
      description: 'Of Uber alone',
    }),
    webhookKey: visible(500).optional().openapi({
      example: 'whk_5d1f',
      description:
        'By which Uber signs what it calls us with; CDEK calls an address that ends with it, one of our making unless told',
    }),
    enabled: z.boolean().default(true),
  })
  .openapi('NewCarrierAccount')
const Account = z
  .object({
    id: z.string().openapi({ example: 'e7f8a2d0-3b52-4f0e-9a0c-1f6a5cf0f8d1' }),
    carrier: CarrierField,
    clientId: z.string().openapi({ example: 'wqGwiQx0gg8mLtiEKsUinjVSICCjtTEP' }),
    customerId: z.string().optional().openapi({ example: 'cus_0f9a' }),
    enabled: z.boolean(),
    updatedAt: Instant,
  })
  .openapi('CarrierAccount')

const show = (row: CarrierAccountRow): z.infer<typeof Account> => ({
  ...{ id: row.id, carrier: row.carrier, clientId: row.clientId, enabled: row.enabled },
  ...(row.customerId !== null && { customerId: row.customerId }),
  updatedAt: row.updatedAt.toISOString(),
})

/** A seller's own contracts with carriers. Secrets are taken and never shown. */
export const carrierAccounts = ({ seller, secrets, carrierUrls, requires }: CarrierAccountsDeps) =>
  createRouter()
    .openapi(
      createRoute({
        ...{ tags, method: 'get', path: '/{carrier}', summary: 'Your contract with a carrier' },
        security: [{ apiKey: ['deliveries:read'] }],
        middleware: requires('deliveries:read'),
        request: { params },
        responses: { 200: json(Account, 'The contract'), ...problems(400, 401, 403, 404) },
      }),
      async (c) => {
        const { sellerId } = c.get('caller')
        const { carrier } = c.req.valid('param')
        const row = await asSeller(seller, sellerId, (trx) =>
          findOwnAccount(trx, sellerId, carrier),
        )
        if (!row) throw notFound()
        return c.json(show(row), 200)
      },
    )
    .openapi(
      createRoute({
        ...{ tags, method: 'put', path: '/{carrier}' },
        summary: 'Deliver by your own contract with a carrier, instead of the marketplace’s',
        security: [{ apiKey: ['keys:write'] }],
        middleware: requires('keys:write'),
        request: { params, ...jsonBody(NewAccount) },
        responses: {
          200: json(Account, 'The contract as it is now'),
          ...problems(400, 401, 403, 413, 415),
        },
      }),
      async (c) => {
        const { sellerId, keyId } = c.get('caller')
        const { carrier } = c.req.valid('param')
        const { clientSecret, webhookKey, customerId, ...told } = c.req.valid('json')
        if (carrier === 'uber' && customerId === undefined) throw noCustomer()
        const seal = ({ id, kept }: { id: string; kept: string | null }) => {
          const owner = `carrier-account:${id}`
          const ours = carrier === 'cdek' && kept === null ? newWebhookKey() : undefined
          const key = webhookKey ?? ours
          return {
            sealedSecret: secrets.seal(clientSecret, owner),
            sealedWebhookKey: key === undefined ? kept : secrets.seal(key, owner),
          }
        }
        const row = await asSeller(seller, sellerId, (trx) =>
          putOwnAccount(
            trx,
            {
              ...{ ...told, id: randomUUID(), sellerId, carrier, seal },
              baseUrl: carrierUrls[carrier],
              customerId: customerId ?? null,
            },
            { actor: `key:${keyId}`, traceParent: currentTraceParent() ?? null },
          ),
        )
        return c.json(show(row), 200)
      },
    )

const WEBHOOK_KEY_BYTES = 24
const newWebhookKey = () => randomBytes(WEBHOOK_KEY_BYTES).toString('base64url')

const noCustomer = () =>
  new Problem('validation-failed', {
    errors: [{ path: 'customerId', message: { ru: 'обязателен для Uber', en: 'Uber needs it' } }],
  })
