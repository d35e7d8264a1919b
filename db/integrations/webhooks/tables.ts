import type { Generated, GeneratedAlways, JSONColumnType } from 'kysely'
import type { Instant, OptionalInstant } from '../../columns.ts'

/** `per-order`: what is told of one order comes in its order. */
export type WebhookOrdering = 'none' | 'per-order'
/** `paused`: by the seller; `disabled`: by us. Messages are collected in both. */
export type WebhookEndpointState = 'active' | 'paused' | 'disabled'
/** `failed`: given up. */
export type WebhookMessageState = 'pending' | 'delivered' | 'failed'

/** `sealed` for clients/secret-box.ts; one that was replaced signs along until it expires. */
export type KeptSecret = { sealed: string; expiresAt: string | null }

export type WebhookTables = {
  webhookEndpoint: {
    id: string
    sellerId: string
    url: string
    description: string | null
    eventTypes: string[]
    ordering: Generated<WebhookOrdering>
    concurrency: Generated<number>
    ratePerSecond: number | null
    apiVersion: string
    state: Generated<WebhookEndpointState>
    disabledReason: 'gone' | 'failing' | null
    disabledAt: OptionalInstant
    secrets: JSONColumnType<KeptSecret[]>
    /** In a row. */
    failures: Generated<number>
    failingSince: OptionalInstant
    /** How often in a row the circuit breaker opened. */
    openings: Generated<number>
    lastSuccessAt: OptionalInstant
    /** Nothing is sent before. */
    heldUntil: OptionalInstant
    /** A deliverer is at work and will look again by itself. */
    attendedUntil: OptionalInstant
    createdAt: Instant
    updatedAt: Instant
    deletedAt: OptionalInstant
  }
  webhookMessage: {
    id: GeneratedAlways<string>
    sellerId: string
    endpointId: string
    /** Null for a test. */
    eventId: string | null
    type: string
    subject: string
    /** As it is sent and signed, byte by byte. */
    body: string
    state: Generated<WebhookMessageState>
    /** In all. */
    attempts: Generated<number>
    /** Since it was written or sent again: its place in the schedule of retries. */
    tries: Generated<number>
    dueAt: Instant
    createdAt: Instant
    finishedAt: OptionalInstant
  }
  webhookAttempt: {
    messageId: string
    number: number
    sellerId: string
    startedAt: Instant
    durationMs: number
    status: number | null
    problem: string | null
    answer: string | null
  }
}
