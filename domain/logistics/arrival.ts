import type { TrackingStatus } from '../../contracts/logistics.ts'
import { HOUR_MS } from './zone.ts'

/** What its carrier has told and not taken back. */
export type ToldEvent = { status: TrackingStatus; reason: string | null; atMs: number }

/** When a parcel was there, in milliseconds; what is not known is absent. */
export type Arrival = {
  /** With its buyer, at its point, or where only its buyer kept it from being handed over. */
  atMs?: number
  /** Before that its carrier has tried, and nobody said whose doing it was that it failed. */
  triedAtMs?: number
}

/** Of what keeps a courier from handing over, what is its buyer's doing or wish; `courier-late` is not. */
export const BUYERS_DOINGS: readonly string[] = [
  ...['nobody-there', 'closed', 'wrong-phone', 'no-such-address', 'post-office-box'],
  ...['pass-needed', 'paid-entry', 'closed-territory', 'no-identification'],
  ...['refused', 'address-refused', 'will-not-pay'],
  ...['time-changed', 'address-changed', 'city-changed'],
]

/** CDEK tells the reason of an attempt apart from the attempt, on the same day. */
const SAME_ATTEMPT_MS = 12 * HOUR_MS

/**
 * When its carrier has done its part: at a point it has arrived when it waits there, at a door when only its buyer kept it from
 * being handed over. When the buyer comes, or whether, is not its carrier's doing.
 */
export function arrivalOf(events: readonly ToldEvent[], deliveredMs?: number): Arrival {
  const cameMs = events.filter(hasCome).map(({ atMs }) => atMs)
  const atMs = Math.min(...cameMs, deliveredMs ?? Infinity)
  const attempts = events.filter(({ status }) => status === 'attempt-failed')
  const told = attempts.filter(({ reason }) => reason !== null)
  const untold = attempts.filter(
    (attempt) =>
      attempt.reason === null &&
      !told.some((other) => Math.abs(other.atMs - attempt.atMs) <= SAME_ATTEMPT_MS),
  )
  const triedAtMs = Math.min(...untold.map((attempt) => attempt.atMs), Infinity)
  return {
    ...(atMs < Infinity && { atMs }),
    ...(triedAtMs < atMs && { triedAtMs }),
  }
}

const hasCome = ({ status, reason }: ToldEvent) =>
  status === 'ready-for-pickup' ||
  ((status === 'attempt-failed' || status === 'exception') &&
    reason !== null &&
    BUYERS_DOINGS.includes(reason))
