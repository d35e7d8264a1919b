/** What came of one try: a status, or the reason why there was none (`timeout`, `connect`, `tls`, …). */
export type Answered =
  | { status: number; retryAfterMs?: number | undefined; problem?: undefined }
  | { problem: string; status?: undefined; retryAfterMs?: undefined }

export type Verdict = {
  isDelivered: boolean
  /** Why it failed: `redirect`, `gone`, `throttled`, `http-500`, `timeout`, … */
  problem: string | null
  /** The receiver wants none of this again: 410. */
  isGone: boolean
  /** The whole endpoint rests for so long: 429, or 503 that says for how long. */
  restMs: number | null
}

const REST_MS = 10_000
const MOST_REST_MS = 3_600_000

/** 2xx alone is success; a redirect is none, since whoever moved can say so here. */
export function judgeAnswer(answered: Answered): Verdict {
  const { status } = answered
  if (status === undefined) return failed(answered.problem)
  if (status >= 200 && status < 300)
    return { isDelivered: true, problem: null, isGone: false, restMs: null }
  if (status >= 300 && status < 400) return failed('redirect')
  if (status === 410) return { ...failed('gone'), isGone: true }
  const { retryAfterMs } = answered
  if (status === 429) return { ...failed('throttled'), restMs: bounded(retryAfterMs ?? REST_MS) }
  if (status === 503 && retryAfterMs !== undefined)
    return { ...failed('http-503'), restMs: bounded(retryAfterMs) }
  return failed(`http-${status}`)
}

const failed = (problem: string): Verdict => ({
  isDelivered: false,
  problem,
  isGone: false,
  restMs: null,
})

const bounded = (ms: number) => Math.min(ms, MOST_REST_MS)
