import type { ReindexState } from '../../contracts/storefront.ts'

export type Pace = {
  done: number
  total: number
  /** How long the work on what is done has taken, pauses left out. */
  workedMs: number
}

/** `null` while nothing tells how fast it goes. */
export const perSecond = ({ done, workedMs }: Pace): number | null =>
  workedMs > 0 && done > 0 ? Math.round((done * 1_000) / workedMs) : null

/** Seconds of work that are left at the pace so far; `null` while that is not known. */
export function etaSeconds(pace: Pace): number | null {
  const left = Math.max(0, pace.total - pace.done)
  if (left === 0) return 0
  if (pace.workedMs <= 0 || pace.done <= 0) return null
  return Math.ceil((left * pace.workedMs) / pace.done / 1_000)
}

/** Only then is anything left to be filled. */
export const isFilling = (state: ReindexState): boolean =>
  state === 'backfilling' || state === 'paused'
