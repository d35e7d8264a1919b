import { afterWorkedDays, firstWorked, type Calendar } from './calendar.ts'
import { DAY, openOn, type Minutes, type Opening } from './opening-hours.ts'
import { addDays, DAY_MS, HOUR_MS, instantOf, localOf, minutesOf, MINUTE_MS } from './zone.ts'

export const PROMISE_VERSION = '2026-11-26.2'

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
    opening?: Opening
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
  /** From when on that day it can be fetched: what carriers are asked for and booked with. */
  pickupAt: string
  /** The end of what the carrier itself says, without our buffer. */
  advertisedLatest: string
  bufferHours: number
  version: string
}

/** A point that tells no hours at all is open whenever others are. */
export const destinationOf = (
  zone: string,
  point: Opening | undefined,
): PromiseInput['destination'] => ({
  zone,
  ...(point && point.hours.length > 0 && { opening: point }),
})

/** What is still ahead of a parcel that its carrier has. */
export type Way = Pick<PromiseInput, 'working' | 'transit' | 'destination' | 'bufferMs'> & {
  carrier: Pick<PromiseInput['carrier'], 'transit' | 'delivery'>
}

const EARLIEST_CLOCK = '09:00'
const LATEST_CLOCK = '22:00'

/** When it can be with the buyer, from the warehouse's cut-off to the hours of the point. */
export function promiseOf(input: PromiseInput): Promised {
  const { readyMs } = input
  const shipsOn = shipDay(input)
  const { earliestMs, latestMs, advertisedMs } = arrivalFrom(shipsOn, input)
  return {
    earliest: iso(earliestMs),
    latest: iso(latestMs),
    readyAt: iso(readyMs),
    shipsOn,
    pickupAt: iso(pickupAtMs(input)),
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

type Pickup = Pick<PromiseInput, 'readyMs' | 'warehouse'> & {
  carrier: Pick<PromiseInput['carrier'], 'cutoff' | 'pickup'>
}

/** When a carrier can fetch it: at once, or from the morning of the next day on which it does. */
export function pickupAtMs(pickup: Pickup): number {
  const { readyMs, warehouse } = pickup
  const opens = { date: shipDay(pickup), minutes: minutesOf(EARLIEST_CLOCK) }
  return Math.max(readyMs, instantOf(opens, warehouse.zone))
}

function shipDay({ readyMs, warehouse, carrier }: Pickup): string {
  const { date, minutes } = localOf(readyMs, warehouse.zone)
  const from = minutes <= minutesOf(carrier.cutoff) ? date : addDays(date, 1)
  return firstWorked(from, carrier.pickup, warehouse.calendar)
}

/** When it arrives that is on its way from a day on; `advertisedMs`: by its carrier's own word. */
export function arrivalFrom(day: string, way: Way) {
  const { transit, destination, bufferMs } = way
  if (transit.unit === 'instant') {
    const latestMs = Date.parse(transit.latest)
    return {
      earliestMs: Date.parse(transit.earliest),
      latestMs: latestMs + bufferMs,
      advertisedMs: latestMs,
    }
  }
  const firstDay = arrival(day, transit.min, way)
  const lastDay = arrival(day, transit.max, way)
  const bufferedDay = receivable(addDays(lastDay, Math.ceil(bufferMs / DAY_MS)), way)
  const at = (date: string, minutes: number) => instantOf({ date, minutes }, destination.zone)
  const hours = (date: string) => hoursOf(destination, date)
  return {
    earliestMs: at(firstDay, hours(firstDay).from),
    latestMs: at(bufferedDay, hours(bufferedDay).to),
    advertisedMs: at(lastDay, hours(lastDay).to),
  }
}

/**
 * By when it is there that its carrier expects on a day, in milliseconds: until the hour of the promise where that ends on this very
 * day, or else until the end of the hours in which it can be received.
 */
export function endOfDay(
  date: string,
  {
    destination,
    promiseLatestMs,
  }: Pick<Way, 'destination'> & { promiseLatestMs: number | undefined },
): number {
  const { zone } = destination
  if (promiseLatestMs !== undefined && localOf(promiseLatestMs, zone).date === date)
    return promiseLatestMs
  return instantOf({ date, minutes: hoursOf(destination, date).to }, zone)
}

const USUAL = { from: minutesOf(EARLIEST_CLOCK), to: minutesOf(LATEST_CLOCK) }

function hoursOf({ opening }: PromiseInput['destination'], date: string): Minutes {
  const spans = opening ? openOn(opening, date) : []
  if (spans.length === 0) return USUAL
  return {
    from: Math.min(...spans.map(({ from }) => from)),
    // What is open until midnight closes on that day, not on the next.
    to: Math.min(DAY - 1, Math.max(...spans.map(({ to }) => to))),
  }
}

function arrival(day: string, days: number, way: Way): string {
  const { carrier, transit, working } = way
  if (transit.unit === 'working-days') return receivable(afterWorkedDays(day, days, working), way)
  return receivable(firstWorked(addDays(day, days), carrier.transit), way)
}

/** Longer than any point is closed of which its carrier still says that it is open. */
const MOST_DAYS = 60

function receivable(date: string, { carrier, destination: { opening } }: Way): string {
  const first = firstWorked(date, carrier.delivery)
  if (!opening) return first
  let day = first
  for (let tried = 0; tried < MOST_DAYS; tried++) {
    if (openOn(opening, day).length > 0) return day
    day = firstWorked(addDays(day, 1), carrier.delivery)
  }
  return first
}

const iso = (ms: number) => new Date(Math.floor(ms / MINUTE_MS) * MINUTE_MS).toISOString()
