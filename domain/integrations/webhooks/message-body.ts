import type { WebhookVersion } from './event-types.ts'

export type Told = { type: string; occurredAt: Date; data: unknown }

/** The body of a message, as the endpoint's version has it. It is kept as it is: tried again it is the same bytes. */
export function messageBody({ type, occurredAt, data }: Told, version: WebhookVersion): string {
  switch (version) {
    case '2026-11-26':
      return JSON.stringify({ type, timestamp: occurredAt.toISOString(), data })
  }
}
