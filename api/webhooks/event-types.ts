import { createRoute, z } from '@hono/zod-openapi'
import {
  EVENT_TYPES,
  NEWEST_VERSION,
  WEBHOOK_VERSIONS,
  type EventType,
} from '../../domain/integrations/webhooks/event-types.ts'
import type { Requires } from '../auth.ts'
import { createRouter, json, problems } from '../openapi.ts'

const WebhookEventType = z
  .object({
    type: z.string(),
    description: z.string(),
    schema: z.record(z.string(), z.unknown()).openapi({
      description: 'JSON Schema (2020-12) of the whole body.',
      example: { type: 'object', required: ['type', 'timestamp', 'data'] },
    }),
    example: z.record(z.string(), z.unknown()).openapi({
      description: 'A whole body.',
      example: {
        type: 'order.created',
        timestamp: '2026-11-26T06:10:00.000Z',
        data: { id: '1017' },
      },
    }),
  })
  .openapi('WebhookEventType')

const Catalogue = z
  .object({
    version: z.string(),
    versions: z.array(z.string()).openapi({ description: 'The newest last.' }),
    items: z.array(WebhookEventType),
  })
  .openapi('WebhookEventTypes')

export const webhookEventTypes = ({ requires }: { requires: Requires }) =>
  createRouter().openapi(
    createRoute({
      tags: ['Webhooks'],
      security: [{ apiKey: ['webhooks:read'] }],
      method: 'get',
      path: '/',
      summary: 'The events that can be told, each with its schema',
      middleware: requires('webhooks:read'),
      request: { query: z.object({ version: z.enum(WEBHOOK_VERSIONS).default(NEWEST_VERSION) }) },
      responses: { 200: json(Catalogue, 'The catalogue'), ...problems(400, 401, 403) },
    }),
    (c) => {
      const { version } = c.req.valid('query')
      return c.json(
        { version, versions: [...WEBHOOK_VERSIONS], items: EVENT_TYPES.map(bodyOf) },
        200,
      )
    },
  )

const AT = '2026-11-26T06:10:00.000Z'

const bodyOf = ({ type, description, schema, example }: EventType) => ({
  type,
  description,
  schema: {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: {
      type: { const: type },
      timestamp: { type: 'string', format: 'date-time' },
      data: schema,
    },
    required: ['type', 'timestamp', 'data'],
  },
  example: { type, timestamp: AT, data: example },
})
