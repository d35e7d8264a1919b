import { createRoute, z } from '@hono/zod-openapi'
import { metrics } from '@opentelemetry/api'
import type { Context } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { createHash } from 'node:crypto'
import type { CarrierId } from '../../contracts/logistics.ts'
import { keepCarrierWebhook } from '../../db/logistics/carrier-webhooks.ts'
import { createRouter, json, problems } from '../openapi.ts'
import { notFound, Problem } from '../problem.ts'
import { fieldOf } from './field-of.ts'
import { webhookAccounts, type WebhookAccountsDeps } from './webhook-accounts.ts'

export type CarrierHooksDeps = WebhookAccountsDeps

const MOST_BYTES = 256 * 1024
/** All that is needed to read a body later. */
const KEPT_HEADERS = ['content-type', 'x-uber-signature', 'x-postmates-signature']
const SIGNATURES = ['x-uber-signature', 'x-postmates-signature']

const Taken = z
  .object({ state: z.enum(['kept', 'known', 'passed-over']).openapi({ example: 'kept' }) })
  .openapi('CarrierWebhookTaken')

/** Said, not validated: the bytes must stay as they came, since they are what is signed. */
const requestBody = {
  required: true,
  content: {
    'application/json': {
      schema: { type: 'object' as const, description: 'As the carrier sends it' },
      example: { type: 'ORDER_STATUS' },
    },
  },
}
const tags = ['Delivery']
const within = bodyLimit({
  maxSize: MOST_BYTES,
  onError: () => {
    throw new Problem('payload-too-large')
  },
})

/**
 * What carriers call: kept as it came and answered at once, since CDEK gives up after 15 seconds; a worker reads it. To be served
 * at `/hooks/carriers`, before what reads bodies.
 */
export function carrierHooks(deps: CarrierHooksDeps) {
  const accounts = webhookAccounts(deps)
  const calls = metrics.getMeter('yarmarka').createCounter('carrier.calls_received', {
    description: 'Calls from carriers, by what became of them',
  })

  async function keep(c: Context, carrier: CarrierId, accountId: string, raw: Uint8Array) {
    const headers = Object.fromEntries(
      KEPT_HEADERS.flatMap((name) => {
        const value = c.req.header(name)
        return value === undefined ? [] : [[name, value.slice(0, 256)]]
      }),
    )
    const digest = createHash('sha256').update(raw).digest('hex')
    const isNew = await keepCarrierWebhook(deps.system, { accountId, digest, headers, body: raw })
    const state = isNew ? ('kept' as const) : ('known' as const)
    calls.add(1, { carrier, outcome: state })
    return { state }
  }

  const forged = (carrier: CarrierId, problem: Problem): never => {
    calls.add(1, { carrier, outcome: 'forged' })
    throw problem
  }

  const passedOver = (carrier: CarrierId) => {
    calls.add(1, { carrier, outcome: 'passed-over' })
    return { state: 'passed-over' as const }
  }

  const router = createRouter()
  router.use('/*', within)
  return router
    .openapi(
      createRoute({
        ...{ method: 'post', path: '/cdek/{secret}', tags },
        summary: 'CDEK tells of a change; the secret in the path is all that proves it',
        requestBody,
        request: {
          params: z.object({
            secret: z.string().max(200).openapi({ example: 'not-the-secret' }),
          }),
        },
        responses: { 200: json(Taken, 'Kept'), ...problems(404, 413, 503) },
      }),
      async (c) => {
        const accountId = await accounts.bySecret(c.req.param('secret'))
        if (accountId === undefined) return forged('cdek', notFound())
        return c.json(await keep(c, 'cdek', accountId, await rawOf(c)), 200)
      },
    )
    .openapi(
      createRoute({
        ...{ method: 'post', path: '/uber', tags },
        summary: 'Uber tells of a change, signed',
        requestBody,
        responses: { 200: json(Taken, 'Kept'), ...problems(401, 413, 503) },
      }),
      async (c) => {
        const raw = await rawOf(c)
        const [signature] = SIGNATURES.flatMap((name) => c.req.header(name) ?? [])
        const accountId = await accounts.bySignature(raw, signature)
        if (accountId === undefined) return forged('uber', new Problem('unauthenticated'))
        if (!tellsOfStatus(raw)) return c.json(passedOver('uber'), 200)
        return c.json(await keep(c, 'uber', accountId, raw), 200)
      },
    )
}

/** Where its courier is, Uber tells every 20 seconds, with the buyer's name and address: nobody here reads it. */
const tellsOfStatus = (raw: Uint8Array) => fieldOf(raw, 'kind') === 'event.delivery_status'

const rawOf = async (c: Context) => new Uint8Array(await c.req.arrayBuffer())
