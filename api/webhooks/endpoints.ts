import { createRoute, z } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import type { SecretBox } from '../../clients/secret-box.ts'
import type { Database } from '../../db/database.ts'
import {
  findWebhookEndpoint,
  listWebhookEndpoints,
} from '../../db/integrations/webhooks/endpoints.ts'
import { asSeller } from '../../db/tenancy.ts'
import type { Caller, Requires } from '../auth.ts'
import { decodeCursor, toPage } from '../cursor.ts'
import { digestOf } from '../digest.ts'
import { IdempotencyHeaders, idempotently, sameRequest, type Keep } from '../idempotency.ts'
import {
  createRouter,
  json,
  jsonBody,
  optionalJsonBody,
  PageQuery,
  pageOf,
  problems,
} from '../openapi.ts'
import { seal, unseal } from '../sealed.ts'
import {
  changeEndpoint,
  createEndpoint,
  deleteEndpoint,
  rotateSecret,
  sendTest,
  withEndpoint,
} from './change-endpoint.ts'
import {
  NewWebhookEndpoint,
  requireServable,
  requireSince,
  ResendSince,
  RotateSecret,
  WebhookEndpointChange,
} from './endpoint-fields.ts'
import { resendAllSince, Resent } from './resend.ts'
import {
  NewlyMadeEndpoint,
  showEndpoint,
  showMessage,
  WebhookEndpoint,
  WebhookMessage,
} from './webhook-view.ts'

export type WebhookEndpointsDeps = {
  seller: Kysely<Database>
  requires: Requires
  secrets: SecretBox
  allowedPrivateNetworks: readonly string[]
}

const tags = ['Webhooks']
const EndpointId = z.object({ id: z.string().max(64) })
const Position = z.tuple([z.uuid()])
const Sealed = z.object({ sealed: z.string() })
const read = { tags, security: [{ apiKey: ['webhooks:read'] }] }
const write = { tags, security: [{ apiKey: ['webhooks:write'] }] }
type Answer = z.infer<typeof NewlyMadeEndpoint>

export function webhookEndpoints({
  seller,
  requires,
  secrets,
  allowedPrivateNetworks,
}: WebhookEndpointsDeps) {
  /** Does once for a key what answers with a secret, which is kept so that this caller alone can have it again. */
  const onceWithSecret = (
    caller: Caller,
    key: string | undefined,
    request: unknown,
    first: (
      keepSealed: (trx: Parameters<Keep>[0], answer: Answer) => Promise<Answer>,
    ) => Promise<Answer>,
  ): Promise<Answer> => {
    const fingerprint = digestOf(JSON.stringify([caller.keyId, request]))
    return idempotently(seller, {
      sellerId: caller.sellerId,
      key,
      again: (kept) => {
        const { sealed } = Sealed.parse(sameRequest(kept, fingerprint).body)
        return NewlyMadeEndpoint.parse(JSON.parse(unseal(sealed, caller.key)))
      },
      first: (keep) =>
        first(async (trx, answer) => {
          const body = { sealed: seal(JSON.stringify(answer), caller.key) }
          await keep(trx, { fingerprint, status: 200, body })
          return answer
        }),
    })
  }

  return createRouter()
    .openapi(
      createRoute({
        ...write,
        method: 'post',
        path: '/',
        summary: 'Have events told to an address',
        middleware: requires('webhooks:write'),
        request: { headers: IdempotencyHeaders, ...jsonBody(NewWebhookEndpoint) },
        responses: {
          201: json(NewlyMadeEndpoint, 'The endpoint, with its secret'),
          ...problems(400, 401, 403, 409, 413, 415, 422),
        },
      }),
      async (c) => {
        const caller = c.get('caller')
        const wanted = c.req.valid('json')
        requireServable(wanted, allowedPrivateNetworks)
        const key = c.req.valid('header')['idempotency-key']
        const made = await onceWithSecret(caller, key, ['POST', c.req.path, wanted], (keep) =>
          asSeller(seller, caller.sellerId, async (trx) => {
            const { row, secret } = await createEndpoint(trx, secrets, caller.sellerId, wanted)
            return keep(trx, { ...showEndpoint(row), secret })
          }),
        )
        c.header('Location', `/v1/webhook-endpoints/${made.id}`)
        c.header('Cache-Control', 'no-store')
        return c.json(made, 201)
      },
    )
    .openapi(
      createRoute({
        ...read,
        method: 'get',
        path: '/',
        summary: 'Webhook endpoints, the oldest first',
        middleware: requires('webhooks:read'),
        request: { query: PageQuery },
        responses: { 200: json(pageOf(WebhookEndpoint), 'A page'), ...problems(400, 401, 403) },
      }),
      async (c) => {
        const { limit, cursor } = c.req.valid('query')
        const [afterId] = cursor === undefined ? [] : decodeCursor(cursor, Position)
        const rows = await asSeller(seller, c.get('caller').sellerId, (trx) =>
          listWebhookEndpoints(trx, { afterId, limit: limit + 1 }),
        )
        return c.json(
          toPage(rows, limit, showEndpoint, ({ id }) => [id]),
          200,
        )
      },
    )
    .openapi(
      createRoute({
        ...read,
        method: 'get',
        path: '/{id}',
        summary: 'A webhook endpoint, and how it answers',
        middleware: requires('webhooks:read'),
        request: { params: EndpointId },
        responses: { 200: json(WebhookEndpoint, 'The endpoint'), ...problems(401, 403, 404) },
      }),
      async (c) => {
        const { id } = c.req.valid('param')
        const row = await withEndpoint(seller, c.get('caller').sellerId, id, (trx) =>
          findWebhookEndpoint(trx, id),
        )
        return c.json(showEndpoint(row), 200)
      },
    )
    .openapi(
      createRoute({
        ...write,
        method: 'patch',
        path: '/{id}',
        summary: 'Change, pause or resume a webhook endpoint; it is obeyed within a second',
        middleware: requires('webhooks:write'),
        request: { params: EndpointId, ...jsonBody(WebhookEndpointChange) },
        responses: {
          200: json(WebhookEndpoint, 'The endpoint as it is now'),
          ...problems(400, 401, 403, 404, 413, 415),
        },
      }),
      async (c) => {
        const { id } = c.req.valid('param')
        const wanted = c.req.valid('json')
        requireServable(wanted, allowedPrivateNetworks)
        const row = await withEndpoint(seller, c.get('caller').sellerId, id, (trx) =>
          changeEndpoint(trx, id, wanted),
        )
        return c.json(showEndpoint(row), 200)
      },
    )
    .openapi(
      createRoute({
        ...write,
        method: 'delete',
        path: '/{id}',
        summary: 'Delete a webhook endpoint; what waited for it is given up',
        middleware: requires('webhooks:write'),
        request: { params: EndpointId },
        responses: { 204: { description: 'Deleted' }, ...problems(401, 403, 404) },
      }),
      async (c) => {
        const { id } = c.req.valid('param')
        await withEndpoint(seller, c.get('caller').sellerId, id, (trx) => deleteEndpoint(trx, id))
        return c.body(null, 204)
      },
    )
    .openapi(
      createRoute({
        ...write,
        method: 'post',
        path: '/{id}/rotate-secret',
        summary: 'Replace the secret; for a while both sign, so that no message fails its check',
        middleware: requires('webhooks:write'),
        request: {
          headers: IdempotencyHeaders,
          params: EndpointId,
          ...optionalJsonBody(RotateSecret),
        },
        responses: {
          200: json(NewlyMadeEndpoint, 'The endpoint, with its new secret'),
          ...problems(400, 401, 403, 404, 409, 413, 415, 422),
        },
      }),
      async (c) => {
        const caller = c.get('caller')
        const { id } = c.req.valid('param')
        const { overlapHours } = RotateSecret.parse(c.req.valid('json') ?? {})
        const key = c.req.valid('header')['idempotency-key']
        const asked = ['POST', c.req.path, overlapHours]
        const made = await onceWithSecret(caller, key, asked, (keep) =>
          withEndpoint(seller, caller.sellerId, id, async (trx) => {
            const rotated = await rotateSecret(trx, secrets, id, overlapHours)
            if (!rotated) return undefined
            return keep(trx, { ...showEndpoint(rotated.row), secret: rotated.secret })
          }),
        )
        c.header('Cache-Control', 'no-store')
        return c.json(made, 200)
      },
    )
    .openapi(
      createRoute({
        ...write,
        method: 'post',
        path: '/{id}/test',
        summary: 'Send a message that means nothing',
        middleware: requires('webhooks:write'),
        request: { params: EndpointId },
        responses: {
          202: json(WebhookMessage, 'It is sent; `Location` tells how it went'),
          ...problems(401, 403, 404, 409),
        },
      }),
      async (c) => {
        const { id } = c.req.valid('param')
        const message = await withEndpoint(seller, c.get('caller').sellerId, id, (trx) =>
          sendTest(trx, id),
        )
        c.header('Location', `/v1/webhook-messages/${message.id}`)
        return c.json(showMessage(message), 202)
      },
    )
    .openapi(
      createRoute({
        ...write,
        method: 'post',
        path: '/{id}/resend',
        summary: 'Send everything since a time again',
        middleware: requires('webhooks:write'),
        request: { params: EndpointId, ...jsonBody(ResendSince) },
        responses: {
          202: json(Resent, 'They are sent, under the ids that they had'),
          ...problems(400, 401, 403, 404, 409, 413, 415),
        },
      }),
      async (c) => {
        const { id } = c.req.valid('param')
        const { since, states } = c.req.valid('json')
        const { sellerId } = c.get('caller')
        const wanted = { endpointId: id, since: requireSince(since), states }
        return c.json(await resendAllSince(seller, sellerId, wanted), 202)
      },
    )
}
