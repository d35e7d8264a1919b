import type { TrackingStatus } from '../../contracts/logistics.ts'
import { isEnd } from './tracking-status.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from './zone.ts'

type Pace = { firstMs: number; mostMs: number }

/** Minutes while a courier may come, hours while nothing can be done. */
const PACES: Partial<Record<TrackingStatus, Pace>> = {
  'courier-assigned': { firstMs: MINUTE_MS, mostMs: 10 * MINUTE_MS },
  'in-transit': { firstMs: 30 * MINUTE_MS, mostMs: 4 * HOUR_MS },
  'at-destination': { firstMs: 30 * MINUTE_MS, mostMs: 2 * HOUR_MS },
  'ready-for-pickup': { firstMs: 30 * MINUTE_MS, mostMs: 3 * HOUR_MS },
  'out-for-delivery': { firstMs: 5 * MINUTE_MS, mostMs: 30 * MINUTE_MS },
  returning: { firstMs: 2 * HOUR_MS, mostMs: 12 * HOUR_MS },
}
const BEFORE_HAND_OVER: Pace = { firstMs: 2 * MINUTE_MS, mostMs: 20 * MINUTE_MS }
/** Whether an end is taken back. */
const AFTER_END: Pace = { firstMs: 3 * HOUR_MS, mostMs: 12 * HOUR_MS }
const WATCHED_AFTER_END_MS = 2 * DAY_MS
const GROWTH = 1.5

/**
 * Until a shipment is asked for again: the longer nothing happens, the more rarely.
 * @param quiet polls in a row that found nothing new
 * @returns nothing when it need not be asked for any more
 */
export function nextPollMs(
  status: TrackingStatus,
  quiet: number,
  sinceStatusMs: number,
): number | undefined {
  if (isEnd(status) && sinceStatusMs > WATCHED_AFTER_END_MS) return undefined
  const { firstMs, mostMs } = isEnd(status) ? AFTER_END : (PACES[status] ?? BEFORE_HAND_OVER)
  return Math.min(mostMs, firstMs * GROWTH ** quiet)
}
