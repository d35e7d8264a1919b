import { setTimeout as pause } from 'node:timers/promises'

/** In milliseconds, least first. */
export type Latencies = number[]

export const percentile = (latencies: Latencies, of: number): number =>
  latencies[Math.min(latencies.length - 1, Math.floor((latencies.length * of) / 100))] ?? NaN

/** `p50 / p95 / p99 / greatest`, as tables show them. */
export const spreadOf = (latencies: Latencies): string =>
  [50, 95, 99, 100].map((of) => percentile(latencies, of).toFixed(1)).join(' / ')

export const sorted = (latencies: Latencies): Latencies => latencies.toSorted((a, b) => a - b)

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

export type Answered<Answer> = {
  answer: Answer
  /** From when the request was due. */
  ms: number
  /** When it was due, counted from the beginning. */
  dueMs: number
}

/**
 * Sends at its own pace, whether the last one is answered or not, and counts from when a request was due: what had to
 * wait for its turn has waited. In the order of the requests.
 */
export async function answeredAtRate<Request, Answer>(
  perSecond: number,
  requests: readonly Request[],
  send: (request: Request) => Promise<Answer>,
): Promise<Answered<Answer>[]> {
  const startedAt = performance.now()
  const answered = requests.map(async (request, n) => {
    const dueMs = (n * 1_000) / perSecond
    await pause(Math.max(0, startedAt + dueMs - performance.now()))
    const answer = await send(request)
    return { answer, dueMs, ms: performance.now() - startedAt - dueMs }
  })
  return Promise.all(answered)
}

/** As {@link answeredAtRate}, for whom only the times matter. */
export async function atRate<T>(
  perSecond: number,
  requests: readonly T[],
  send: (request: T) => Promise<unknown>,
): Promise<Latencies> {
  const answered = await answeredAtRate(perSecond, requests, send)
  return sorted(answered.map(({ ms }) => ms))
}
