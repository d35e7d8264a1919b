import { createRoute, z } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import type { Database } from '../../db/database.ts'
import {
  findWebhookMessage,
  listWebhookAttempts,
  listWebhookMessages,
  type WebhookMessage as MessageRow,
} from '../../db/integrations/webhooks/messages.ts'
import { asSeller } from '../../db/tenancy.ts'
import type { Requires } from '../auth.ts'
import { decodeCursor, toPage } from '../cursor.ts'
import { createRouter, Instant, json, PageQuery, pageOf, problems } from '../openapi.ts'
import { notFound } from '../problem.ts'
import { resendOne } from './resend.ts'
import { showAttempt, showMessage, WebhookAttempt, WebhookMessage } from './webhook-view.ts'

export type WebhookMessagesDeps = { seller: Kysely<Database>; requires: Requires }

const tags = ['Webhooks']
const MessageId = z.object({ id: z.string().max(64) })
const NumberPosition = z.tuple([z.string().regex(/^\d{1,9}$/)])
const IdPosition = z.tuple([z.string().regex(/^\d{1,18}$/)])
const read = { tags, security: [{ apiKey: ['webhooks:read'] }] }

const MessagesQuery = PageQuery.extend({
  endpoint: z.uuid().optional(),
  state: z.enum(['pending', 'delivered', 'failed']).optional(),
  type: z.string().max(100).optional(),
  subject: z.string().max(200).optional().openapi({ example: 'order:81' }),
  from: Instant.optional(),
  to: Instant.optional(),
})

export function webhookMessages({ seller, requires }: WebhookMessagesDeps) {
  const getMessage = async (sellerId: string, id: string): Promise<MessageRow> => {
    const row = /^\d{1,18}$/.test(id)
      ? await asSeller(seller, sellerId, (trx) => findWebhookMessage(trx, id))
      : undefined
    if (!row) throw notFound()
    return row
  }

  return createRouter()
    .openapi(
      createRoute({
        ...read,
        method: 'get',
        path: '/',
        summary: 'The delivery log, the newest first',
        middleware: requires('webhooks:read'),
        request: { query: MessagesQuery },
        responses: { 200: json(pageOf(WebhookMessage), 'A page'), ...problems(400, 401, 403) },
      }),
      async (c) => {
        const { sellerId } = c.get('caller')
        const { limit, cursor, endpoint: endpointId, ...filter } = c.req.valid('query')
        const [beforeId] = cursor === undefined ? [] : decodeCursor(cursor, IdPosition)
        const rows = await asSeller(seller, sellerId, (trx) =>
          listWebhookMessages(trx, sellerId, { ...filter, endpointId, beforeId, limit: limit + 1 }),
        )
        return c.json(
          toPage(rows, limit, showMessage, ({ id }) => [id]),
          200,
        )
      },
    )
    .openapi(
      createRoute({
        ...read,
        method: 'get',
        path: '/{id}',
        summary: 'A message, and whether it was delivered',
        middleware: requires('webhooks:read'),
        request: { params: MessageId },
        responses: { 200: json(WebhookMessage, 'The message'), ...problems(401, 403, 404) },
      }),
      async (c) => {
        const row = await getMessage(c.get('caller').sellerId, c.req.valid('param').id)
        return c.json(showMessage(row), 200)
      },
    )
    .openapi(
      createRoute({
        ...read,
        method: 'get',
        path: '/{id}/attempts',
        summary: 'What came of each try',
        middleware: requires('webhooks:read'),
        request: { params: MessageId, query: PageQuery },
        responses: {
          200: json(pageOf(WebhookAttempt), 'A page of attempts'),
          ...problems(400, 401, 403, 404),
        },
      }),
      async (c) => {
        const { sellerId } = c.get('caller')
        const { id } = await getMessage(sellerId, c.req.valid('param').id)
        const { limit, cursor } = c.req.valid('query')
        const [after = '0'] = cursor === undefined ? [] : decodeCursor(cursor, NumberPosition)
        const rows = await asSeller(seller, sellerId, (trx) =>
          listWebhookAttempts(trx, id, { after: Number(after), limit: limit + 1 }),
        )
        return c.json(
          toPage(rows, limit, showAttempt, ({ number }) => [String(number)]),
          200,
        )
      },
    )
    .openapi(
      createRoute({
        tags,
        security: [{ apiKey: ['webhooks:write'] }],
        method: 'post',
        path: '/{id}/resend',
        summary: 'Send a message again, under the id that it had',
        middleware: requires('webhooks:write'),
        request: { params: MessageId },
        responses: {
          202: json(WebhookMessage, 'It is sent; `Location` tells how it went'),
          ...problems(401, 403, 404, 409),
        },
      }),
      async (c) => {
        const { id } = c.req.valid('param')
        const row = await resendOne(seller, c.get('caller').sellerId, id)
        c.header('Location', `/v1/webhook-messages/${id}`)
        return c.json(showMessage(row), 202)
      },
    )
}
