import { z } from '@hono/zod-openapi'
import {
  isEventPattern,
  NEWEST_VERSION,
  WEBHOOK_VERSIONS,
} from '../../domain/integrations/webhooks/event-types.ts'
import { Instant } from '../openapi.ts'
import type { Text } from '../language.ts'
import { Problem } from '../problem.ts'
import { requirePublicUrl } from '../source-url.ts'

const MOST_RESENT_DAYS = 90

const fields = {
  url: z.string().openapi({ example: 'https://shop.example/hooks' }),
  description: z.string().trim().max(500).nullable(),
  eventTypes: z
    .array(z.string().max(100))
    .min(1)
    .max(50)
    .openapi({
      example: ['order.*', 'import.completed'],
      description: 'Of `GET /v1/webhook-event-types`; `order.*` is all of orders, `*` everything.',
    }),
  ordering: z.enum(['none', 'per-order']).openapi({
    description: '`per-order`: what is told of one order waits for what was told of it before.',
  }),
  concurrency: z.int().min(1).max(64).openapi({ description: 'How many messages at a time.' }),
  ratePerSecond: z
    .int()
    .min(1)
    .max(1_000)
    .nullable()
    .openapi({ description: 'How many messages a second at most; null for no limit.' }),
  apiVersion: z.enum(WEBHOOK_VERSIONS).openapi({ description: 'Of the bodies.' }),
}

export const NewWebhookEndpoint = z
  .strictObject({
    url: fields.url,
    description: fields.description.default(null),
    eventTypes: fields.eventTypes.default(['*']),
    ordering: fields.ordering.default('none'),
    concurrency: fields.concurrency.default(8),
    ratePerSecond: fields.ratePerSecond.default(null),
    apiVersion: fields.apiVersion.default(NEWEST_VERSION),
  })
  .openapi('NewWebhookEndpoint')

export const WebhookEndpointChange = z
  .strictObject({
    ...fields,
    state: z.enum(['active', 'paused']).openapi({
      description: 'While it is paused, messages wait; made active again, they are sent at once.',
    }),
  })
  .partial()
  .openapi('WebhookEndpointChange')

export const RotateSecret = z
  .strictObject({
    overlapHours: z.int().min(0).max(168).default(24).openapi({
      description: 'For so long the secret of before signs as well.',
    }),
  })
  .openapi('RotateSecret')

export const ResendSince = z
  .strictObject({
    since: Instant.openapi({ description: 'Of the messages’ creation.' }),
    states: z
      .array(z.enum(['delivered', 'failed']))
      .min(1)
      .max(2)
      .default(['failed'])
      .openapi({ description: 'What was given up alone, unless said otherwise.' }),
  })
  .openapi('ResendSince')

type Wanted = { url?: string | undefined; eventTypes?: string[] | undefined }

/** @throws {Problem} `validation-failed` for an address or event types that can never be served */
export function requireServable(
  { url, eventTypes }: Wanted,
  allowedPrivateNetworks: readonly string[],
): void {
  if (url !== undefined) {
    requirePublicUrl('url', url, allowedPrivateNetworks)
    if (allowedPrivateNetworks.length === 0 && !/^https:/i.test(url.trim()))
      throw new Problem('validation-failed', { errors: [{ path: 'url', message: HTTPS }] })
  }
  const errors = (eventTypes ?? []).flatMap((pattern, index) =>
    isEventPattern(pattern) ? [] : [{ path: `eventTypes.${index}`, message: NO_SUCH_TYPE }],
  )
  if (errors.length > 0) throw new Problem('validation-failed', { errors })
}

/** @throws {Problem} `validation-failed` for what the log does not reach */
export function requireSince(since: string): Date {
  const at = new Date(since)
  const daysAgo = (Date.now() - at.getTime()) / 86_400_000
  if (daysAgo >= 0 && daysAgo <= MOST_RESENT_DAYS) return at
  throw new Problem('validation-failed', { errors: [{ path: 'since', message: BEYOND_LOG }] })
}

const HTTPS: Text = { ru: 'нужен адрес https://', en: 'must be an https:// address' }
const NO_SUCH_TYPE: Text = { ru: 'такого события нет', en: 'there is no such event' }
const BEYOND_LOG: Text = {
  ru: `нужен момент последних ${MOST_RESENT_DAYS} дней`,
  en: `must be within the last ${MOST_RESENT_DAYS} days`,
}
