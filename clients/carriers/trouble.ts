import type { Told } from './wire.ts'
import { Unanswered } from './unanswered.ts'

const MOST_RETRY_AFTER_MS = 15 * 60_000

/**
 * Lets through what the carrier has said about the request itself: 2xx, and 4xx with its reason inside.
 * @throws {Unanswered} for 408, 429, 5xx and where it would send us elsewhere
 */
export function throwOnTrouble({ status, headers }: Pick<Told, 'status' | 'headers'>): void {
  const retryAfterMs = retryAfter(headers['retry-after'], Date.now())
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs }
  if (status === 429) throw new Unanswered({ code: 'busy', mayHaveArrived: false, ...wait })
  if (status === 408) throw new Unanswered({ code: 'timeout', mayHaveArrived: true, ...wait })
  if (status >= 500 || (status >= 300 && status < 400))
    throw new Unanswered({ code: `http-${status}`, mayHaveArrived: true, ...wait })
}

/** Of `Retry-After`, which is in seconds or a date (RFC 9110 §10.2.3). */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  if (!header) return undefined
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), MOST_RETRY_AFTER_MS)
}
