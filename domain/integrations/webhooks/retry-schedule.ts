/**
 * Seconds between one try and the next, as Standard Webhooks advises: ten tries within at least 75 hours.
 * Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md («Retry schedule»)
 */
const DELAYS_SECONDS = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]

export const MOST_TRIES = DELAYS_SECONDS.length + 1
/** Messages that failed together do not come back together. */
const JITTER = 0.2
const MOST_RETRY_AFTER_MS = 24 * 3_600_000

export type RetryQuestion = {
  /** How often it was tried by now, from 1. */
  tries: number
  /** Of the answer's `Retry-After`. */
  retryAfterMs?: number | undefined
  /** From 0 to 1. */
  random: number
}

/** @returns milliseconds until the next try, never less than the receiver asked for; null to give up */
export function retryDelayMs({ tries, retryAfterMs = 0, random }: RetryQuestion): number | null {
  const seconds = DELAYS_SECONDS[tries - 1]
  if (seconds === undefined) return null
  const delayMs = seconds * 1_000 * (1 + JITTER * random)
  return Math.round(Math.max(delayMs, Math.min(retryAfterMs, MOST_RETRY_AFTER_MS)))
}

/**
 * What `Retry-After` asks for (RFC 9110, 10.2.3), in milliseconds; absent when it says nothing that can be read.
 * @param nowMs of the Unix epoch, for the form that names a date
 */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined
  const text = value.trim()
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000
  if (!/^[A-Za-z]{3}, \d{2} [A-Za-z]{3} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text)) return undefined
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs)
}
