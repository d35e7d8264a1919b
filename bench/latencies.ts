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

/**
 * Sends at its own pace, whether the last one is answered or not, and counts from when a request was due: what had to
 * wait for its turn has waited.
 */
export async function atRate<T>(
  perSecond: number,
  requests: readonly T[],
  send: (request: T) => Promise<unknown>,
): Promise<Latencies> {
  const startedAt = performance.now()
  const answered = requests.map(async (request, n) => {
    const dueAt = startedAt + (n * 1_000) / perSecond
    await pause(Math.max(0, dueAt - performance.now()))
    await send(request)
    return performance.now() - dueAt
  })
  return sorted(await Promise.all(answered))
}
