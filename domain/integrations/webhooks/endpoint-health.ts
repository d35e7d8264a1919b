/** How an endpoint has been answering; instants are milliseconds of the Unix epoch. */
export type Health = {
  /** In a row, over all messages. */
  failures: number
  /** Since when nothing but failures came. */
  failingSinceMs: number | null
  /** How often in a row the circuit breaker opened. */
  openings: number
  /** Nothing is sent before: the breaker is open, or the receiver asked for a rest. */
  heldUntilMs: number | null
}

export type Observation = {
  isDelivered: boolean
  /** The receiver asked for a rest of so long. */
  restMs: number | null
  nowMs: number
  /** From 0 to 1. */
  random: number
}

const OPENS_AFTER = 10
const FIRST_HOLD_MS = 30_000
const MOST_HOLD_MS = 15 * 60_000
const JITTER = 0.2
/** As long as Svix waits: shorter than any message is tried, so that an endpoint that comes back loses little. */
const DISABLED_AFTER_MS = 5 * 24 * 3_600_000

/**
 * The circuit breaker: ten failures in a row hold the whole endpoint, at first for half a minute, at last for a quarter
 * of an hour. What is held back costs no try. Afterwards one message at a time probes, and a success lets all through.
 */
export function observe(health: Health, { isDelivered, restMs, nowMs, random }: Observation) {
  if (isDelivered) return { ...health, failures: 0, failingSinceMs: null, openings: 0 }
  const failures = health.failures + 1
  const failingSinceMs = health.failingSinceMs ?? nowMs
  const rests = restMs === null ? health.heldUntilMs : later(health.heldUntilMs, nowMs + restMs)
  const isHeld = health.heldUntilMs !== null && health.heldUntilMs > nowMs
  // What was under way when it opened tells nothing new.
  const opens = !isHeld && (health.openings > 0 || failures >= OPENS_AFTER)
  if (!opens) return { ...health, failures, failingSinceMs, heldUntilMs: rests }
  const openings = health.openings + 1
  const holdMs = Math.min(FIRST_HOLD_MS * 2 ** (openings - 1), MOST_HOLD_MS) * (1 + JITTER * random)
  return { failures, failingSinceMs, openings, heldUntilMs: later(rests, nowMs + holdMs) }
}

const later = (one: number | null, other: number) => Math.round(Math.max(one ?? 0, other))

/** While the breaker is half open, one message at a time. */
export const openSlots = ({ openings }: Health, concurrency: number): number =>
  openings > 0 ? 1 : concurrency

/** Days of nothing but failures, and not of one failure that nothing came after. */
export const isHopeless = ({ failures, failingSinceMs }: Health, nowMs: number): boolean =>
  failures >= OPENS_AFTER && failingSinceMs !== null && nowMs - failingSinceMs >= DISABLED_AFTER_MS
