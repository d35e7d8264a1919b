import { refuse } from './errors.ts'

/** Milliseconds since 1970. */
export type Windows = {
  pickupReady: number
  pickupDeadline: number
  dropoffReady: number
  dropoffDeadline: number
}
type Asked = {
  pickup_ready_dt?: string
  pickup_deadline_dt?: string
  dropoff_ready_dt?: string
  dropoff_deadline_dt?: string
}

const MINUTE_MS = 60_000
/** A clock that is a little off is not in the past. */
const TOLERANCE_MS = 2 * MINUTE_MS

/** @throws {Refused} where the windows do not fit each other or the time */
export function windowsOf(asked: Asked, now: number): Windows {
  const pickupReady = at(asked, 'pickup_ready_dt') ?? now
  const pickupDeadline =
    at(asked, 'pickup_deadline_dt') ?? Math.max(now, pickupReady) + 60 * MINUTE_MS
  const dropoffReady = at(asked, 'dropoff_ready_dt') ?? pickupReady
  const dropoffDeadline =
    at(asked, 'dropoff_deadline_dt') ?? Math.max(pickupDeadline, dropoffReady) + 60 * MINUTE_MS

  if (pickupReady < now - TOLERANCE_MS) refuse('pickup_ready_too_early')
  if (pickupReady > now + 30 * 24 * 60 * MINUTE_MS) refuse('pickup_ready_too_late')
  if (pickupDeadline < pickupReady + 10 * MINUTE_MS) refuse('pickup_window_too_small')
  if (pickupDeadline < now + 20 * MINUTE_MS) refuse('pickup_deadline_too_early')
  if (dropoffReady > pickupDeadline) refuse('dropoff_ready_after_pickup_deadline')
  if (dropoffDeadline < dropoffReady + 20 * MINUTE_MS) refuse('dropoff_deadline_too_early')
  if (dropoffDeadline < pickupDeadline) refuse('dropoff_deadline_before_pickup_deadline')
  return { pickupReady, pickupDeadline, dropoffReady, dropoffDeadline }
}

function at(asked: Asked, field: keyof Asked): number | undefined {
  const text = asked[field]
  if (text === undefined || text === '') return undefined
  const instant = Date.parse(text)
  return Number.isNaN(instant)
    ? refuse('invalid_params', { [field]: 'is not a timestamp.' })
    : instant
}
