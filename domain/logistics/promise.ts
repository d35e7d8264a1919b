import { afterWorkedDays, firstWorked, type Calendar } from './calendar.ts'
import { addDays, DAY_MS, HOUR_MS, instantOf, localOf, minutesOf, MINUTE_MS } from './zone.ts'

export const PROMISE_VERSION = '2026-11-26'

/** How long a carrier says that it takes: from the day on which it fetches, or as instants. */
export type TransitTime =
  | { unit: 'working-days' | 'calendar-days'; min: number; max: number }
  | { unit: 'instant'; earliest: string; latest: string }

export type Warehouse = {
  zone: string
  /** What comes in until then is made ready on the same day. */
  cutoff: string
  calendar: Calendar
  handlingMs: number
}
export type PromiseInput = {
  /** When the warehouse has it ready, see {@link readyAtMs}. */
  readyMs: number
  warehouse: Pick<Warehouse, 'zone' | 'calendar'>
  carrier: {
    /** Fetches until then, on the clock of the warehouse. */
    cutoff: string
    pickup: Calendar
    transit: Calendar
    delivery: Calendar
  }
  /** The official working days by which CDEK counts. */
  working: Calendar
  transit: TransitTime
  destination: {
    zone: string
    /** Of a pickup point: it must be open for the buyer to come. */
    open?: Calendar
    /** `HH:MM`. */
    from?: string
    to?: string
  }
  /** What its record says must be added for nine of ten to be on time. */
  bufferMs: number
}

/** ISO 8601. What the buyer is told; a carrier's own estimate moves, this does not. */
export type Promised = {
  earliest: string
  latest: string
  /** When the warehouse has it ready, and the day on which the carrier fetches it. */
  readyAt: string
  shipsOn: string
  /** The end of what the carrier itself says, without our buffer. */
  advertisedLatest: string
  bufferHours: number
  version: string
}

const EARLIEST_CLOCK = '09:00'
const LATEST_CLOCK = '22:00'

/** When it can be with the buyer, from the warehouse's cut-off to the hours of the point. */
export function promiseOf(input: PromiseInput): Promised {
  const { readyMs } = input
  const shipsOn = shipDay(readyMs, input)
  const { earliestMs, latestMs, advertisedMs } = span(shipsOn, input)
  return {
    earliest: iso(earliestMs),
    latest: iso(latestMs),
    readyAt: iso(readyMs),
    shipsOn,
    advertisedLatest: iso(advertisedMs),
    bufferHours: Math.round(input.bufferMs / HOUR_MS),
    version: PROMISE_VERSION,
  }
}

/**
 * When a warehouse has ready what it may take from its shelves at some moment. After its cut-off, and on days off, it begins
 * in the next morning that it works.
 */
export function readyAtMs(fromMs: number, warehouse: Warehouse): number {
  const { date, minutes } = localOf(fromMs, warehouse.zone)
  const today = firstWorked(date, warehouse.calendar)
  if (today === date && minutes <= minutesOf(warehouse.cutoff)) return fromMs + warehouse.handlingMs
  const day = today === date ? firstWorked(addDays(date, 1), warehouse.calendar) : today
  const opensMs = instantOf({ date: day, minutes: minutesOf(EARLIEST_CLOCK) }, warehouse.zone)
  return opensMs + warehouse.handlingMs
}

function shipDay(readyMs: number, { warehouse, carrier }: PromiseInput): string {
  const { date, minutes } = localOf(readyMs, warehouse.zone)
  const from = minutes <= minutesOf(carrier.cutoff) ? date : addDays(date, 1)
  return firstWorked(from, carrier.pickup, warehouse.calendar)
}

function span(shipsOn: string, input: PromiseInput) {
  const { transit, destination, bufferMs } = input
  if (transit.unit === 'instant') {
    const latestMs = Date.parse(transit.latest)
    return {
      earliestMs: Date.parse(transit.earliest),
      latestMs: latestMs + bufferMs,
      advertisedMs: latestMs,
    }
  }
  const firstDay = arrival(shipsOn, transit.min, input)
  const lastDay = arrival(shipsOn, transit.max, input)
  const bufferedDay = receivable(addDays(lastDay, Math.ceil(bufferMs / DAY_MS)), input)
  const at = (date: string, clock: string) =>
    instantOf({ date, minutes: minutesOf(clock) }, destination.zone)
  const closes = destination.to ?? LATEST_CLOCK
  return {
    earliestMs: at(firstDay, destination.from ?? EARLIEST_CLOCK),
    latestMs: at(bufferedDay, closes),
    advertisedMs: at(lastDay, closes),
  }
}

function arrival(shipsOn: string, days: number, input: PromiseInput): string {
  const { carrier, transit, working } = input
  if (transit.unit === 'working-days')
    return receivable(afterWorkedDays(shipsOn, days, working), input)
  return receivable(firstWorked(addDays(shipsOn, days), carrier.transit), input)
}

const receivable = (date: string, { carrier, destination }: PromiseInput): string =>
  destination.open
    ? firstWorked(date, carrier.delivery, destination.open)
    : firstWorked(date, carrier.delivery)

const iso = (ms: number) => new Date(Math.floor(ms / MINUTE_MS) * MINUTE_MS).toISOString()
