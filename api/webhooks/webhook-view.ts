import { z } from '@hono/zod-openapi'
import { webhooksWorkflowId } from '../../contracts/webhooks.ts'
import type { WebhookEndpoint as EndpointRow } from '../../db/integrations/webhooks/endpoints.ts'
import type {
  WebhookAttempt as AttemptRow,
  WebhookMessage as MessageRow,
} from '../../db/integrations/webhooks/messages.ts'
import { Instant } from '../openapi.ts'

export const WebhookEndpoint = z
  .object({
    id: z.string(),
    workflowId: z.string().openapi({ description: 'Findable in the Temporal UI.' }),
    url: z.string(),
    description: z.string().optional(),
    eventTypes: z.array(z.string()),
    ordering: z.enum(['none', 'per-order']),
    concurrency: z.int(),
    ratePerSecond: z.int().nullable(),
    apiVersion: z.string(),
    state: z.enum(['active', 'paused', 'disabled']).openapi({
      description:
        '`paused`: by you. `disabled`: it answered 410, or nothing but failures for days.',
    }),
    disabledReason: z.enum(['gone', 'failing']).optional(),
    disabledAt: Instant.optional(),
    failingSince: Instant.optional(),
    heldUntil: Instant.optional().openapi({
      description: 'Nothing is sent before: it failed too often, or asked for a rest.',
    }),
    lastSuccessAt: Instant.optional(),
    secretExpiresAt: z
      .array(Instant)
      .openapi({ description: 'Until when secrets that were replaced sign as well.' }),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .openapi('WebhookEndpoint')

const SHOWN_ONCE = 'For checking signatures; shown here and never again.'

export const NewlyMadeEndpoint = WebhookEndpoint.extend({
  secret: z.string().openapi({ description: SHOWN_ONCE, example: 'whsec_…' }),
}).openapi('NewlyMadeWebhookEndpoint')

export const WebhookMessage = z
  .object({
    id: z.string(),
    webhookId: z.string().openapi({ description: 'The header `webhook-id` of every attempt.' }),
    endpointId: z.string(),
    eventId: z.string().optional().openapi({ description: 'Absent for a test.' }),
    type: z.string(),
    subject: z.string().openapi({ example: 'order:81' }),
    body: z.string().openapi({ description: 'As it is sent, byte by byte.' }),
    state: z.enum(['pending', 'delivered', 'failed']).openapi({
      description: '`failed`: given up after the last try.',
    }),
    attempts: z.int(),
    nextAttemptAt: Instant.optional(),
    createdAt: Instant,
    finishedAt: Instant.optional(),
  })
  .openapi('WebhookMessage')

export const WebhookAttempt = z
  .object({
    number: z.int(),
    startedAt: Instant,
    durationMs: z.int(),
    status: z.int().optional(),
    problem: z.string().optional().openapi({ example: 'timeout' }),
    answer: z.string().optional().openapi({ description: 'The first 16 kB of it.' }),
  })
  .openapi('WebhookAttempt')

const unsealed = (now: Date, secrets: EndpointRow['secrets']) =>
  secrets.flatMap(({ expiresAt }) =>
    expiresAt !== null && new Date(expiresAt) > now ? [expiresAt] : [],
  )

export const showEndpoint = (row: EndpointRow): z.infer<typeof WebhookEndpoint> => ({
  id: row.id,
  workflowId: webhooksWorkflowId(row.id),
  url: row.url,
  ...(row.description !== null && { description: row.description }),
  eventTypes: row.eventTypes,
  ordering: row.ordering,
  concurrency: row.concurrency,
  ratePerSecond: row.ratePerSecond,
  apiVersion: row.apiVersion,
  state: row.state,
  ...(row.disabledReason && { disabledReason: row.disabledReason }),
  ...(row.disabledAt && { disabledAt: row.disabledAt.toISOString() }),
  ...(row.failingSince && { failingSince: row.failingSince.toISOString() }),
  ...(row.heldUntil && row.heldUntil > new Date() && { heldUntil: row.heldUntil.toISOString() }),
  ...(row.lastSuccessAt && { lastSuccessAt: row.lastSuccessAt.toISOString() }),
  secretExpiresAt: unsealed(new Date(), row.secrets),
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
})

export const showMessage = (row: MessageRow): z.infer<typeof WebhookMessage> => ({
  id: row.id,
  webhookId: `msg_${row.id}`,
  endpointId: row.endpointId,
  ...(row.eventId !== null && { eventId: row.eventId }),
  type: row.type,
  subject: row.subject,
  body: row.body,
  state: row.state,
  attempts: row.attempts,
  ...(row.state === 'pending' && { nextAttemptAt: row.dueAt.toISOString() }),
  createdAt: row.createdAt.toISOString(),
  ...(row.finishedAt && { finishedAt: row.finishedAt.toISOString() }),
})

export const showAttempt = (row: AttemptRow): z.infer<typeof WebhookAttempt> => ({
  number: row.number,
  startedAt: row.startedAt.toISOString(),
  durationMs: row.durationMs,
  ...(row.status !== null && { status: row.status }),
  ...(row.problem !== null && { problem: row.problem }),
  ...(row.answer !== null && { answer: row.answer }),
})
