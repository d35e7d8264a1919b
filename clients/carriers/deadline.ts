import type { Call } from './carrier.ts'
import { Unanswered } from './unanswered.ts'

/** One for all requests of a call: a token, a second try and the pages after the first do not lengthen it. */
export type Deadline = { leftMs(): number; signal: AbortSignal | undefined }

/** Whichever is sooner: what the caller allows, or what the adapter does. */
export function startDeadline({ signal, timeoutMs = Infinity }: Call, ownMs: number): Deadline {
  const endsAt = performance.now() + Math.min(timeoutMs, ownMs)
  return { signal, leftMs: () => Math.max(0, endsAt - performance.now()) }
}

/** Waits for what others wait for too, and which therefore goes on without us. @throws {Unanswered} */
export function within<T>(deadline: Deadline, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    function done() {
      clearTimeout(timer)
      deadline.signal?.removeEventListener('abort', abort)
    }
    const stop = (code: 'timeout' | 'aborted') => () => {
      done()
      reject(new Unanswered({ code, mayHaveArrived: false }))
    }
    const timer = setTimeout(stop('timeout'), deadline.leftMs())
    const abort = stop('aborted')
    deadline.signal?.addEventListener('abort', abort, { once: true })
    if (deadline.signal?.aborted) abort()
    work.finally(done).then(resolve, reject)
  })
}

/** @throws {Unanswered} where there is not so much time left */
export const pause = (deadline: Deadline, ms: number): Promise<void> =>
  within(deadline, new Promise((resolve) => setTimeout(resolve, ms)))
