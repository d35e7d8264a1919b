import { createRoute } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import { randomUUID } from 'node:crypto'
import { currentTraceParent } from '../../clients/tracing.ts'
import type { Database } from '../../db/database.ts'
import { findAccount, putAccount } from '../../db/logistics/carrier-accounts.ts'
import {
  Account,
  accountAsTold,
  AccountParams,
  NewAccount,
  showAccount,
} from '../logistics/account-fields.ts'
import type { CarrierAccountsDeps } from '../logistics/carrier-accounts.ts'
import { createRouter, json, jsonBody, problems } from '../openapi.ts'
import { notFound } from '../problem.ts'

export type MarketplaceAccountsDeps = Omit<CarrierAccountsDeps, 'seller'> & {
  /** Connected as the role `system`. */
  system: Kysely<Database>
}

const tags = ['Operations']
const security = [{ apiKey: ['admin'] }]

/** The marketplace's own contracts, by which sellers without one deliver. To be served at `/v1/admin/carrier-accounts`. */
export const marketplaceAccounts = (deps: MarketplaceAccountsDeps) =>
  createRouter()
    .openapi(
      createRoute({
        ...{ method: 'get', path: '/{carrier}', tags, security },
        summary: 'The marketplace’s contract with a carrier',
        middleware: deps.requires('admin'),
        request: { params: AccountParams },
        responses: { 200: json(Account, 'The contract'), ...problems(400, 401, 403, 404) },
      }),
      async (c) => {
        const row = await findAccount(deps.system, null, c.req.valid('param').carrier)
        if (!row) throw notFound()
        return c.json(showAccount(row), 200)
      },
    )
    .openapi(
      createRoute({
        ...{ method: 'put', path: '/{carrier}', tags, security },
        summary: 'Have sellers without a contract of their own deliver by this one',
        middleware: deps.requires('admin'),
        request: { params: AccountParams, ...jsonBody(NewAccount) },
        responses: {
          200: json(Account, 'The contract as it is now'),
          ...problems(400, 401, 403, 413, 415),
        },
      }),
      async (c) => {
        const { carrier } = c.req.valid('param')
        const told = accountAsTold(carrier, c.req.valid('json'), deps.secrets)
        const row = await deps.system
          .transaction()
          .execute((trx) =>
            putAccount(
              trx,
              { ...told, id: randomUUID(), sellerId: null, baseUrl: deps.carrierUrls[carrier] },
              { actor: `key:${c.get('keyId')}`, traceParent: currentTraceParent() ?? null },
            ),
          )
        return c.json(showAccount(row), 200)
      },
    )
