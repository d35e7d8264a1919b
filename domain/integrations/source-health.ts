export type SourceHealth = {
  state: 'active' | 'failing' | 'paused'
  failures: number
  failingSince: Date | null
}

const PAUSED_AFTER_FAILURES = 10
const PAUSED_AFTER_MS = 24 * 60 * 60 * 1000

/**
 * A source that fails is tried on time all the same. Paused is one that has failed ten times in a row and for a whole day:
 * a night's outage of a site that is read every 15 minutes must not end its imports.
 */
export function afterFailure(health: SourceHealth, now: Date): SourceHealth {
  const failures = health.failures + 1
  const failingSince = health.failingSince ?? now
  const isGivenUp =
    failures >= PAUSED_AFTER_FAILURES && now.getTime() - failingSince.getTime() >= PAUSED_AFTER_MS
  const state = isGivenUp || health.state === 'paused' ? 'paused' : 'failing'
  return { state, failures, failingSince }
}
