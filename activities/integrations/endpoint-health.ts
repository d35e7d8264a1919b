import type { Kysely } from 'kysely'
import type { Database } from '../../db/database.ts'
import { tellOfEndpoint, type KeptHealth } from '../../db/integrations/webhooks/deliver.ts'
import type { WebhookEndpoint } from '../../db/integrations/webhooks/endpoints.ts'
import {
  isHopeless,
  observe,
  openSlots,
  type Health,
} from '../../domain/integrations/webhooks/endpoint-health.ts'
import type { Verdict } from '../../domain/integrations/webhooks/judge-answer.ts'
import { persistently } from './persistently.ts'

export type HealthNotes = Partial<KeptHealth>

/** Follows how an endpoint answers, from where it was left, and tells its seller when it begins and ceases to fail. */
export function followHealth(system: Kysely<Database>, endpoint: WebhookEndpoint) {
  let health = healthOf(endpoint)
  let lastSuccessAt: Date | null = null
  let isNoted = true

  return {
    /** What is to be kept of it; nothing when all is kept. */
    notes(): HealthNotes {
      if (isNoted) return {}
      isNoted = true
      return {
        failures: health.failures,
        failingSince: dateOf(health.failingSinceMs),
        openings: health.openings,
        heldUntil: dateOf(health.heldUntilMs),
        ...(lastSuccessAt && { lastSuccessAt }),
      }
    },
    /** Its owner has changed it, and may have wiped the slate clean. */
    heed(changed: WebhookEndpoint): void {
      if (changed.failures === 0 && changed.failingSince === null) health = healthOf(changed)
    },
    async observe({ isDelivered, restMs }: Verdict): Promise<void> {
      const before = health
      const nowMs = Date.now()
      health = observe(before, { isDelivered, restMs, nowMs, random: Math.random() })
      isNoted = false
      if (isDelivered) lastSuccessAt = new Date(nowMs)
      if (before.openings === 0 && health.openings === 1) await tell('webhook-endpoint.failing')
      if (before.openings > 0 && isDelivered) await tell('webhook-endpoint.recovered')
    },
    slots: (concurrency: number) => openSlots(health, concurrency),
    isHopeless: () => isHopeless(health, Date.now()),
    isHeld: () => heldMs() > 0,
    heldMs,
  }

  function heldMs(): number {
    return Math.max(0, (health.heldUntilMs ?? 0) - Date.now())
  }

  function tell(type: string) {
    return persistently(() => tellOfEndpoint(system, endpoint, type))
  }
}

const healthOf = ({ failures, failingSince, openings, heldUntil }: WebhookEndpoint): Health => ({
  ...{ failures, openings },
  failingSinceMs: failingSince?.getTime() ?? null,
  heldUntilMs: heldUntil?.getTime() ?? null,
})

const dateOf = (ms: number | null) => (ms === null ? null : new Date(ms))
