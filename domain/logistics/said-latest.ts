import { arrivalFrom, type Promised, type Way } from './promise.ts'
import { localOf } from './zone.ts'

/**
 * By when its carrier itself had said that it would be there, in milliseconds: counted from when it had it, where that was later
 * than was planned.
 * @param leftMs when it had it
 * @param zone of the warehouse
 */
export function saidLatestMs(
  { shipsOn, pickupAt, advertisedLatest }: Promised,
  { leftMs, zone, way }: { leftMs: number; zone: string; way: Way },
): number {
  const saidMs = Date.parse(advertisedLatest)
  if (way.transit.unit === 'instant') return saidMs + Math.max(0, leftMs - Date.parse(pickupAt))
  const leftOn = localOf(leftMs, zone).date
  return leftOn <= shipsOn ? saidMs : Math.max(saidMs, arrivalFrom(leftOn, way).advertisedMs)
}
