import { createRoute } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import { randomUUID } from 'node:crypto'
import type { SecretBox } from '../../clients/secret-box.ts'
import { currentTraceParent } from '../../clients/tracing.ts'
import type { CarrierId } from '../../contracts/logistics.ts'
import type { Database } from '../../db/database.ts'
import { findAccount, putAccount } from '../../db/logistics/carrier-accounts.ts'
import { asSeller } from '../../db/tenancy.ts'
import type { Requires } from '../auth.ts'
import { createRouter, json, jsonBody, problems } from '../openapi.ts'
import { notFound } from '../problem.ts'
import { Account, accountAsTold, AccountParams, NewAccount, showAccount } from './account-fields.ts'

export type CarrierAccountsDeps = {
  seller: Kysely<Database>
  secrets: Pick<SecretBox, 'seal'>
  /** Where each carrier serves contracts. */
  carrierUrls: Record<CarrierId, string>
  requires: Requires
}

const tags = ['Delivery']

/** A seller's own contracts with carriers. Secrets are taken and never shown. */
export const carrierAccounts = ({ seller, secrets, carrierUrls, requires }: CarrierAccountsDeps) =>
  createRouter()
    .openapi(
      createRoute({
        ...{ tags, method: 'get', path: '/{carrier}', summary: 'Your contract with a carrier' },
        security: [{ apiKey: ['deliveries:read'] }],
        middleware: requires('deliveries:read'),
        request: { params: AccountParams },
        responses: { 200: json(Account, 'The contract'), ...problems(400, 401, 403, 404) },
      }),
      async (c) => {
        const { sellerId } = c.get('caller')
        const { carrier } = c.req.valid('param')
        const row = await asSeller(seller, sellerId, (trx) => findAccount(trx, sellerId, carrier))
        if (!row) throw notFound()
        return c.json(showAccount(row), 200)
      },
    )
    .openapi(
      createRoute({
        ...{ tags, method: 'put', path: '/{carrier}' },
        summary: 'Deliver by your own contract with a carrier, instead of the marketplace’s',
        security: [{ apiKey: ['keys:write'] }],
        middleware: requires('keys:write'),
        request: { params: AccountParams, ...jsonBody(NewAccount) },
        responses: {
          200: json(Account, 'The contract as it is now'),
          ...problems(400, 401, 403, 413, 415),
        },
      }),
      async (c) => {
        const { sellerId, keyId } = c.get('caller')
        const { carrier } = c.req.valid('param')
        const told = accountAsTold(carrier, c.req.valid('json'), secrets)
        const row = await asSeller(seller, sellerId, (trx) =>
          putAccount(
            trx,
            { ...told, id: randomUUID(), sellerId, baseUrl: carrierUrls[carrier] },
            { actor: `key:${keyId}`, traceParent: currentTraceParent() ?? null },
          ),
        )
        return c.json(showAccount(row), 200)
      },
    )
