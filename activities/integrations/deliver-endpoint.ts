import type { Kysely } from 'kysely'
import type { Logger } from '../../clients/logger.ts'
import type { Outbound } from '../../clients/outbound/outbound.ts'
import type { SecretBox } from '../../clients/secret-box.ts'
import { keyOfSecret } from '../../clients/webhook-signature.ts'
import type { Database } from '../../db/database.ts'
import {
  attend,
  disableEndpoint,
  findNextDueMs,
  leave,
  listDueMessages,
  type DueMessage,
} from '../../db/integrations/webhooks/deliver.ts'
import type { WebhookEndpoint } from '../../db/integrations/webhooks/endpoints.ts'
import type { AttemptResult } from '../../db/integrations/webhooks/record-attempts.ts'
import { freshPace, spend, waitMs } from '../../domain/integrations/webhooks/pace.ts'
import { retryDelayMs } from '../../domain/integrations/webhooks/retry-schedule.ts'
import { followHealth } from './endpoint-health.ts'
import type { Keep } from './group-commit.ts'
import { persistently } from './persistently.ts'
import { sendWebhook, type Destination, type Sent } from './send-webhook.ts'
import { webhookQueue } from './webhook-queue.ts'

export type DeliverEndpointDeps = {
  system: Kysely<Database>
  outbound: Pick<Outbound, 'postOutside'>
  secrets: Pick<SecretBox, 'open'>
  keep: Keep<AttemptResult>
  log: Pick<Logger, 'warn'>
  /** How long it stays when nothing is left: what comes meanwhile is taken along without anybody being woken. */
  lingerMs: number
}

/** Milliseconds until there may be something to do; null when nothing waits. */
export type Resumption = { resumeInMs: number | null }

const SHIFT_MS = 5 * 60_000
/** How soon a changed endpoint is obeyed. */
const LOOK_EVERY_MS = 500
/** While there is nothing to send. */
const IDLE_LOOK_EVERY_MS = 2_000
const NOTHING: Resumption = { resumeInMs: null }

export async function deliverEndpoint(
  deps: DeliverEndpointDeps,
  endpointId: string,
  stopped: AbortSignal,
): Promise<Resumption> {
  const { system, outbound, keep } = deps
  const found = await persistently(() => attend(system, endpointId))
  if (!found) return NOTHING
  let endpoint = found
  let destination = destinationOf(deps, endpoint)
  let isGone = false
  const health = followHealth(system, endpoint)
  const pace = freshPace()
  const bell = createBell()
  const endsAt = Date.now() + SHIFT_MS
  let lookedMs = Date.now()
  let lastBusyMs = Date.now()
  let failure: unknown

  const queue = webhookQueue({
    find: (except, limit) =>
      persistently(() =>
        listDueMessages(system, { endpointId, ordering: endpoint.ordering, except, limit }),
      ),
    isOrdered: () => endpoint.ordering === 'per-order',
    onChange: bell.ring,
  })

  const isOver = () =>
    isGone || endpoint.state !== 'active' || failure !== undefined || stopped.aborted

  async function look(): Promise<void> {
    lookedMs = Date.now()
    const notes = health.notes()
    const now = await persistently(() => attend(system, endpointId, notes))
    if (!now) isGone = true
    else if (now.updatedAt > endpoint.updatedAt) {
      health.heed(now)
      destination = destinationOf(deps, now)
    }
    endpoint = now ?? endpoint
  }

  async function deliver(message: DueMessage): Promise<void> {
    const sent = await sendWebhook(outbound, destination, message)
    await keep(resultOf(message, sent))
    await health.observe(sent.verdict)
    if (sent.verdict.isGone) await stop('gone')
    else if (health.isHopeless()) await stop('failing')
  }

  async function stop(reason: 'gone' | 'failing'): Promise<void> {
    isGone = true
    if (await persistently(() => disableEndpoint(system, endpoint, reason)))
      deps.log.warn({ endpointId, reason }, 'webhook endpoint disabled')
  }

  /** Sends what may be sent now. @returns milliseconds until more may be, if that is a matter of time */
  function sendAll(): number | undefined {
    while (!isOver() && queue.underWay() < health.slots(endpoint.concurrency)) {
      const wait = waitMs(pace, endpoint.ratePerSecond, Date.now())
      if (wait > 0) return wait
      const message = queue.take()
      if (!message) return queue.isAsking() ? undefined : queue.msToNextAsk()
      spend(pace, endpoint.ratePerSecond, Date.now())
      void deliver(message)
        .catch((error: unknown) => (failure ??= error))
        .finally(() => {
          queue.done(message.id)
          bell.ring()
        })
    }
    return undefined
  }

  try {
    while (!isOver() && Date.now() < endsAt && !health.isHeld()) {
      const everyMs = queue.isEmpty() ? IDLE_LOOK_EVERY_MS : LOOK_EVERY_MS
      if (Date.now() - lookedMs >= everyMs) await look()
      const wait = sendAll()
      if (queue.underWay() > 0) lastBusyMs = Date.now()
      else if (Date.now() - lastBusyMs > deps.lingerMs && !queue.isAsking()) break
      await bell.rung(Math.min(wait ?? LOOK_EVERY_MS, LOOK_EVERY_MS))
    }
  } catch (error) {
    failure ??= error
  }
  while (queue.underWay() > 0 || queue.isAsking()) await bell.rung(LOOK_EVERY_MS)

  await persistently(() => leave(system, endpointId, health.notes()))
  if (failure !== undefined) throw failure
  if (isGone || endpoint.state !== 'active') return NOTHING
  const nextMs = await persistently(() => findNextDueMs(system, endpointId, endpoint.ordering))
  return { resumeInMs: nextMs === null ? null : Math.max(nextMs, health.heldMs()) }
}

function destinationOf({ secrets }: DeliverEndpointDeps, endpoint: WebhookEndpoint): Destination {
  return {
    url: endpoint.url,
    apiVersion: endpoint.apiVersion,
    keys: endpoint.secrets.map(({ sealed, expiresAt }) => ({
      key: keyOfSecret(secrets.open(sealed, endpoint.id)),
      expiresAtMs: expiresAt === null ? null : Date.parse(expiresAt),
    })),
  }
}

function resultOf({ id, attempts, tries }: DueMessage, sent: Sent): AttemptResult {
  const { startedAt, durationMs, status, answer, verdict } = sent
  const attempt = { messageId: id, number: attempts + 1, startedAt, durationMs, status, answer }
  if (verdict.isDelivered) return { ...attempt, problem: null, state: 'delivered', retryMs: null }
  const retryMs = retryDelayMs({
    ...{ tries: tries + 1, random: Math.random() },
    retryAfterMs: sent.retryAfterMs,
  })
  const state = retryMs === null ? 'failed' : 'pending'
  return { ...attempt, problem: verdict.problem, state, retryMs }
}

/** Something to wait by: rung any number of times, heard once. */
function createBell() {
  let hear: (() => void) | undefined
  let isRung = false
  return {
    ring(): void {
      isRung = true
      hear?.()
    },
    async rung(forMs: number): Promise<void> {
      if (!isRung)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, forMs)
          hear = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      hear = undefined
      isRung = false
    },
  }
}
