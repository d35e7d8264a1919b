import { createHmac, createSecretKey, randomBytes, type KeyObject } from 'node:crypto'

const PREFIX = 'whsec_'
const SECRET_BYTES = 32

/** As the libraries of Standard Webhooks take it. */
export const newWebhookSecret = (): string => PREFIX + randomBytes(SECRET_BYTES).toString('base64')

export type Signed = {
  id: string
  /** Seconds of the Unix epoch. */
  timestamp: number
  body: string
}

/**
 * The headers of Standard Webhooks, with a signature (v1, HMAC-SHA256) by each secret: while one replaces another the
 * receiver may know either.
 * Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function signatureHeaders({ id, timestamp, body }: Signed, keys: readonly KeyObject[]) {
  const content = `${id}.${timestamp}.${body}`
  const signatures = keys.map(
    (key) => `v1,${createHmac('sha256', key).update(content).digest('base64')}`,
  )
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatures.join(' '),
  }
}

/** The key that a secret stands for, made ready once: that costs more than a signature. */
export const keyOfSecret = (secret: string): KeyObject =>
  createSecretKey(Buffer.from(secret.slice(PREFIX.length), 'base64'))
