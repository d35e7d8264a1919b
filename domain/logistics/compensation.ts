import type { CompensationTerms, TrackingStatus } from '../../contracts/logistics.ts'
import { DAY_MS, localOf } from './zone.ts'

/** `returned`: by its carrier's fault. */
export const COMPENSATION_REASONS = ['late', 'lost', 'returned'] as const
export type CompensationReason = (typeof COMPENSATION_REASONS)[number]

/**
 * 9 % of the price of carriage for each day, not more than the price; for what was lost its price and its declared value: article 34
 * of the federal law 259-FZ of Russia, where nothing else was agreed.
 */
export const DEFAULT_COMPENSATION: CompensationTerms = {
  ...{ perDayLatePercent: 9, mostLatePercent: 100 },
  ...{ failedPercent: 100, lostDeclaredPercent: 100 },
}

/** How a delivery ended. Instants in milliseconds, amounts in minor units of one currency. */
export type Ended = {
  status: TrackingStatus
  /** When it was there, see `arrivalOf`; of what was never there, when its buyer refused it. */
  arrivedMs?: number | undefined
  promiseLatestMs: number | undefined
  /** By when its carrier itself had said it would be there. */
  saidLatestMs: number | undefined
  /** Of the destination: days are counted on its clock. */
  zone: string
  /** Its buyer did not take it, or was not to: what is lost then is not lost to the buyer. */
  wasComingBack?: boolean
  /** Of what the carrier gave for its end, and for its way back. */
  reasons: readonly string[]
  priceMinor: number
  declaredMinor: number
}

export type Owed = {
  reason: CompensationReason
  /** To the buyer, by the seller's terms. */
  amountMinor: number
  /** What its carrier owes us, by the law and its own word whatever its buyer was promised. */
  claimMinor: number
  daysLate?: number
}

/** Of what carriers say when goods go back, what is their own doing. */
const CARRIERS_FAULTS: ReadonlySet<string> = new Set([
  ...['damaged-in-transit', 'damaged-by-courier', 'refused-damaged'],
])

const REASONS: Partial<Record<TrackingStatus, CompensationReason>> = {
  ...{ delivered: 'late', lost: 'lost', returned: 'returned' },
}

/** What is due for a delivery as it ended; `undefined`: nothing to its buyer, and nothing by its carrier. */
export function compensationOf(ended: Ended, terms: CompensationTerms): Owed | undefined {
  const { status, promiseLatestMs, saidLatestMs } = ended
  const reason = REASONS[status]
  if (reason === undefined) return undefined
  const daysLate = daysAfter(promiseLatestMs, ended)
  const daysByItsWord = daysAfter(saidLatestMs ?? promiseLatestMs, ended)
  const toBuyer = ended.wasComingBack ? { ...ended, status: 'returned' as const } : ended
  const amountMinor = amountFor(toBuyer, daysLate, terms)
  // What was there as promised was not refused for its lateness.
  const daysClaimed = reason === 'returned' ? Math.min(daysLate, daysByItsWord) : daysByItsWord
  const claimMinor = amountFor(ended, daysClaimed, DEFAULT_COMPENSATION)
  if (amountMinor === 0 && claimMinor === 0) return undefined
  return { reason, amountMinor, claimMinor, ...(reason === 'late' && { daysLate }) }
}

function amountFor(ended: Ended, daysLate: number, terms: CompensationTerms): number {
  const { status, reasons, priceMinor, declaredMinor } = ended
  const failedMinor = percent(priceMinor, terms.failedPercent)
  switch (status) {
    case 'delivered':
      return percent(
        priceMinor,
        Math.min(daysLate * terms.perDayLatePercent, terms.mostLatePercent),
      )
    case 'lost':
      // Nobody came for what was disposed of: that is a person's to settle.
      if (reasons.includes('disposed-of')) return 0
      return failedMinor + percent(declaredMinor, terms.lostDeclaredPercent)
    case 'returned':
      return isCarriersFault(reasons, daysLate) ? failedMinor : 0
    default:
      return 0
  }
}

/** Who refuses what came in time as too late has changed their mind. */
const isCarriersFault = (reasons: readonly string[], daysLate: number) =>
  reasons.some((reason) => CARRIERS_FAULTS.has(reason)) ||
  (daysLate > 0 && reasons.includes('refused-too-late'))

/** What comes in the last hours of a day is of that day. */
function daysAfter(dueMs: number | undefined, { arrivedMs, zone }: Ended): number {
  if (dueMs === undefined || arrivedMs === undefined) return 0
  const dayOf = (ms: number) => Date.parse(localOf(ms, zone).date) / DAY_MS
  return Math.max(0, dayOf(arrivedMs) - dayOf(dueMs))
}

const percent = (amount: number, share: number) => Math.round((amount * share) / 100)
