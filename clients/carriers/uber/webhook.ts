import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { CarrierAccount, WebhookAnswer } from '../carrier.ts'
import { instant, maybe, word } from '../lenient.ts'
import { delivery, eventOf, originalOf, referenceOf } from './delivery.ts'

const MAX_BYTES = 256 * 1024
/** Deliveries and couriers are told with both. */
const HEADERS = ['x-uber-signature', 'x-postmates-signature']

const envelope = z.object({
  kind: word,
  id: maybe(word),
  customer_id: maybe(word),
  created: maybe(instant),
})
const change = z.object({ id: word, created: instant, data: delivery })

/** Signed over the body as it came; where a courier is, is told every 20 seconds and ignored here. */
export function parseWebhook(
  { webhookKey, customerId }: CarrierAccount,
  raw: Uint8Array,
  headers: Headers,
): WebhookAnswer {
  if (!webhookKey || !HEADERS.some((name) => isSignature(headers.get(name), raw, webhookKey)))
    return { outcome: 'forged' }
  const json = raw.length <= MAX_BYTES ? parsed(raw) : undefined
  const head = envelope.safeParse(json)
  if (!head.success) return { outcome: 'ignored', why: 'malformed' }
  const { kind, customer_id: customer } = head.data
  if (customer !== undefined && customerId !== undefined && customer !== customerId)
    return { outcome: 'ignored', why: 'another customer' }
  if (kind !== 'event.delivery_status') return { outcome: 'ignored', why: kind.slice(0, 40) }
  const told = change.safeParse(json)
  if (!told.success) return { outcome: 'ignored', why: 'malformed' }

  const { id, created, data } = told.data
  // They may overtake each other: their order is that of the delivery's changes.
  const reference = referenceOf(data)
  const event = eventOf(data, data.updated ?? created)
  return {
    ...{ outcome: 'told', id, carrierId: originalOf(data), isHint: false },
    ...(reference ? { reference } : {}),
    events: event ? [event] : [],
  }
}

/** HMAC-SHA256 in hexadecimal, with the key that the dashboard shows (not the client secret). */
function isSignature(given: string | null, raw: Uint8Array, key: string): boolean {
  if (given === null) return false
  const own = Buffer.from(createHmac('sha256', key).update(raw).digest('hex'))
  const theirs = Buffer.from(given.trim().toLowerCase())
  return own.length === theirs.length && timingSafeEqual(own, theirs)
}

function parsed(raw: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(raw).toString('utf8'))
  } catch {
    return undefined
  }
}
