import type { BreakerRules, CarrierBreaker } from './breaker.ts'

type State = { since: number; ok: number; failed: number; openUntil?: number; probeUntil?: number }

/** The same rules in the memory of one process. */
export function createLocalBreaker(
  { failures, windowMs, restMs, probeMs }: BreakerRules,
  clock: () => number = () => performance.now(),
): CarrierBreaker {
  const states = new Map<string, State>()
  const opened = (): State => ({ since: 0, ok: 0, failed: 0, openUntil: clock() + restMs })
  return {
    async enter(key) {
      const [now, state] = [clock(), states.get(key)]
      if (state?.openUntil === undefined) return { outcome: 'pass' }
      const wait = Math.max(state.openUntil, state.probeUntil ?? 0) - now
      if (wait > 0) return { outcome: 'open', retryAfterMs: Math.ceil(wait) }
      state.probeUntil = now + probeMs
      return { outcome: 'probe' }
    },
    async isOpen(key) {
      const { openUntil, probeUntil = 0 } = states.get(key) ?? {}
      return openUntil !== undefined && Math.max(openUntil, probeUntil) > clock()
    },
    async settle(key, pass, result) {
      const now = clock()
      const state = states.get(key)
      if (pass === 'probe') {
        if (result === 'ok') states.delete(key)
        else if (result === 'failed') states.set(key, opened())
        else delete state?.probeUntil
        return
      }
      // What is told late, of before it opened, changes nothing.
      if (result === 'none' || state?.openUntil !== undefined) return
      const counted =
        state && now - state.since <= windowMs ? state : { since: now, ok: 0, failed: 0 }
      counted[result]++
      const isBad = counted.failed >= failures && counted.failed >= counted.ok
      states.set(key, isBad ? opened() : counted)
    },
  }
}
