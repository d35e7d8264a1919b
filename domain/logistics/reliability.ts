import type { CarrierId } from '../../contracts/logistics.ts'
import { DAY_MS } from './zone.ts'

/** Sums of what happened on a lane, of which a delivery counts half as much after {@link HALF_LIFE_DAYS}. */
export type LaneRecord = {
  deliveries: number
  onTime: number
  /** Against what the carrier had said; negative is early. */
  delayHours: number
  delayHoursSquared: number
  bookings: number
  refusals: number
}

export const HALF_LIFE_DAYS = 30

export const NO_RECORD: LaneRecord = {
  ...{ deliveries: 0, onTime: 0, delayHours: 0, delayHoursSquared: 0 },
  ...{ bookings: 0, refusals: 0 },
}

/** What is thought of a carrier of whom nothing is known. */
const PRIOR_ON_TIME = 0.9
const PRIOR_DELAY_SD_HOURS = 16
/** So many deliveries a wider view is worth beside the narrower one's own. */
const STRENGTH = 8
/** Of the normal distribution. */
const Z90 = 1.2816

export function decayed(record: LaneRecord, elapsedMs: number): LaneRecord {
  const share = 0.5 ** (Math.max(0, elapsedMs) / (HALF_LIFE_DAYS * DAY_MS))
  return {
    deliveries: record.deliveries * share,
    onTime: record.onTime * share,
    delayHours: record.delayHours * share,
    delayHoursSquared: record.delayHoursSquared * share,
    bookings: record.bookings * share,
    refusals: record.refusals * share,
  }
}

export type Outcome =
  | { what: 'delivered'; isOnTime: boolean; delayHours: number }
  | { what: 'failed' }
  | { what: 'booked' }
  | { what: 'refused' }

/** What came back or was lost counts as a delivery that was not on time. */
export function withOutcome(record: LaneRecord, outcome: Outcome): LaneRecord {
  switch (outcome.what) {
    case 'delivered':
      return {
        ...record,
        deliveries: record.deliveries + 1,
        onTime: record.onTime + (outcome.isOnTime ? 1 : 0),
        delayHours: record.delayHours + outcome.delayHours,
        delayHoursSquared: record.delayHoursSquared + outcome.delayHours ** 2,
      }
    case 'failed':
      return { ...record, deliveries: record.deliveries + 1 }
    case 'booked':
      return { ...record, bookings: record.bookings + 1 }
    case 'refused':
      return { ...record, refusals: record.refusals + 1 }
  }
}

export const sumOf = (records: readonly LaneRecord[]): LaneRecord =>
  records.reduce(
    (sum, record) => ({
      deliveries: sum.deliveries + record.deliveries,
      onTime: sum.onTime + record.onTime,
      delayHours: sum.delayHours + record.delayHours,
      delayHoursSquared: sum.delayHoursSquared + record.delayHoursSquared,
      bookings: sum.bookings + record.bookings,
      refusals: sum.refusals + record.refusals,
    }),
    NO_RECORD,
  )

export type Reliability = {
  /** From 0 to 1: booked when asked, and with the buyer when the carrier said. */
  onTime: number
  /** By how much nine of ten are later than the carrier says, at most; never negative. */
  delayP90Hours: number
  /** How many deliveries, as they count now, the lane itself has to show. */
  evidence: number
}

/** @param records of the whole carrier, of its service, of its service on this lane: each is the prior of the next */
export function reliabilityOf(records: {
  carrier: LaneRecord
  service: LaneRecord
  lane: LaneRecord
}): Reliability {
  const views = [records.carrier, records.service, records.lane]
  let onTime = PRIOR_ON_TIME
  let booked = 1
  let mean = 0
  let square = PRIOR_DELAY_SD_HOURS ** 2
  for (const view of views) {
    onTime = (view.onTime + STRENGTH * onTime) / (view.deliveries + STRENGTH)
    booked = (view.bookings + STRENGTH * booked) / (view.bookings + view.refusals + STRENGTH)
    mean = (view.delayHours + STRENGTH * mean) / (view.deliveries + STRENGTH)
    square = (view.delayHoursSquared + STRENGTH * square) / (view.deliveries + STRENGTH)
  }
  const deviation = Math.sqrt(Math.max(0, square - mean ** 2))
  return {
    onTime: onTime * booked,
    delayP90Hours: Math.max(0, mean + Z90 * deviation),
    evidence: records.lane.deliveries,
  }
}

/** What is known of a service: on the lane in question, and everywhere. */
export type ServiceRecord = {
  carrier: CarrierId
  service: string
  mode: string
  lane: LaneRecord
  all: LaneRecord
}

/** Of one service, out of the records of all of them. */
export function reliabilityAmong(
  records: readonly ServiceRecord[],
  { carrier, service, mode }: Pick<ServiceRecord, 'carrier' | 'service' | 'mode'>,
): Reliability {
  const ofCarrier = records.filter((record) => record.carrier === carrier)
  const own = ofCarrier.filter((record) => record.service === service)
  return reliabilityOf({
    carrier: sumOf(ofCarrier.map(({ all }) => all)),
    service: sumOf(own.map(({ all }) => all)),
    lane: own.find((record) => record.mode === mode)?.lane ?? NO_RECORD,
  })
}
