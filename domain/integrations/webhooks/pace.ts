/** Spreads sends evenly: at most so many a second, with a tenth of a second's worth at once. */
export type Pace = { nextAtMs: number }

const BURST_MS = 100

export const freshPace = (): Pace => ({ nextAtMs: 0 })

/** @returns milliseconds until something may be sent; 0 for now */
export const waitMs = (pace: Pace, ratePerSecond: number | null, nowMs: number): number =>
  ratePerSecond === null ? 0 : Math.max(0, pace.nextAtMs - burstMs(ratePerSecond) - nowMs)

/** Something is sent now. */
export function spend(pace: Pace, ratePerSecond: number | null, nowMs: number): void {
  if (ratePerSecond !== null) pace.nextAtMs = Math.max(pace.nextAtMs, nowMs) + 1_000 / ratePerSecond
}

/** Never less than a message: a slow rate has no burst at all. */
const burstMs = (ratePerSecond: number) => (1_000 / ratePerSecond >= BURST_MS ? 0 : BURST_MS)
