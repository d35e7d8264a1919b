import type { TrackingStatus } from '../../contracts/logistics.ts'
import type { Calendar } from './calendar.ts'
import { arrivalFrom, type TransitTime, type Way } from './promise.ts'
import { addDays, HOUR_MS, localOf } from './zone.ts'

/** Why the buyer is told another day than was promised. */
export const REPLAN_REASONS = ['late-predicted', 'late', 'delivery-problem', 'other-point'] as const
export type ReplanReason = (typeof REPLAN_REASONS)[number]

/** What is known when it is asked anew when a parcel will be there. Instants in milliseconds. */
export type ReplanView = {
  why: ReplanReason
  status: TrackingStatus
  nowMs: number
  promiseLatestMs: number
  /** What the buyer was told last, where that is not the promise. */
  previousMs?: number | undefined
  /** By the carrier's own word. */
  etaMs?: number | undefined
  /** When the carrier had it first. */
  leftMs: number
  /** The whole way as it was quoted, and what the lane's record adds to it. */
  way: Way
}

/** How much of the whole way is still to come; of what is not here nothing is: it has come, or does not. */
const SHARE_LEFT: Partial<Record<TrackingStatus, number>> = {
  accepted: 1,
  'in-transit': 0.5,
  exception: 0.5,
  'at-destination': 0.25,
  'attempt-failed': 0.25,
  'out-for-delivery': 0,
}

/** Whether its buyer waits for it: what is at its point, goes back or is over is not waited for. */
export const isAwaited = (status: TrackingStatus): boolean => status in SHARE_LEFT

/**
 * When it is expected now, in milliseconds: by the carrier's own word where that lies ahead, or else after what is left of its way
 * by our own tracking. News brings such a day nearer, or replaces one that has passed; only trouble moves it away.
 * @returns `undefined` where the buyer has no other day to be told: days are those of the destination
 */
export function replan(view: ReplanView): number | undefined {
  const { previousMs, promiseLatestMs, way } = view
  const expectedMs = expected(view)
  if (expectedMs === undefined) return undefined
  if (previousMs === undefined && expectedMs <= promiseLatestMs) return undefined
  const dayOf = (ms: number) => localOf(ms, way.destination.zone).date
  return dayOf(expectedMs) === dayOf(previousMs ?? promiseLatestMs) ? undefined : expectedMs
}

function expected(view: ReplanView): number | undefined {
  const { status, nowMs, etaMs, previousMs, why } = view
  const share = SHARE_LEFT[status]
  if (share === undefined) return undefined
  if (etaMs !== undefined && etaMs > nowMs) return whenOpen(etaMs, view.way)
  const ownMs = byOurTracking(view, share)
  const isTrouble = why === 'delivery-problem' || why === 'other-point'
  const stands = previousMs !== undefined && previousMs > nowMs && !isTrouble
  return stands ? Math.min(previousMs, ownMs) : ownMs
}

function byOurTracking(view: ReplanView, share: number): number {
  const { nowMs, way } = view
  const left: Way = {
    ...way,
    transit: shareOf(way.transit, share, view),
    bufferMs: way.bufferMs * share,
  }
  const { date } = localOf(nowMs, way.destination.zone)
  const { latestMs } = arrivalFrom(date, left)
  // Nobody comes after hours.
  return latestMs > nowMs ? latestMs : arrivalFrom(addDays(date, 1), left).latestMs
}

function shareOf(
  transit: TransitTime,
  share: number,
  { nowMs, leftMs }: Pick<ReplanView, 'nowMs' | 'leftMs'>,
): TransitTime {
  if (transit.unit !== 'instant')
    return { unit: transit.unit, min: 0, max: Math.ceil(transit.max * share) }
  const wholeMs = Math.max(0, Date.parse(transit.latest) - leftMs)
  const latest = new Date(nowMs + Math.max(wholeMs * share, HOUR_MS)).toISOString()
  return { unit: 'instant', earliest: latest, latest }
}

const EVERY_DAY: Calendar = { days: [1, 2, 3, 4, 5, 6, 7], exceptions: new Map() }

/** The carrier knows when it comes, but not always when the point is open: then it is there for the buyer on the next day that is. */
function whenOpen(etaMs: number, way: Way): number {
  const { destination } = way
  if (!destination.opening) return etaMs
  const { date } = localOf(etaMs, destination.zone)
  const { latestMs } = arrivalFrom(date, {
    ...{ working: EVERY_DAY, carrier: { transit: EVERY_DAY, delivery: EVERY_DAY } },
    ...{ transit: { unit: 'calendar-days', min: 0, max: 0 }, bufferMs: 0, destination },
  })
  return localOf(latestMs, destination.zone).date === date ? etaMs : latestMs
}
