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
  /** With the buyer, or at the point where it waits for the buyer. */
  arrivedMs?: number | undefined
  promiseLatestMs: number | undefined
  /** By when its carrier itself had said it would be there. */
  saidLatestMs: number | undefined
  /** Of the destination: days are counted on its clock. */
  zone: string
  /** Of what the carrier gave for its end, and for its way back. */
  reasons: readonly string[]
  priceMinor: number
  declaredMinor: number
}

export type Owed = {
  reason: CompensationReason
  amountMinor: number
  /** What its carrier owes us of it: not for days that were lost before it had the parcel. */
  claimMinor: number
  daysLate?: number
}

/** Of what carriers say when goods go back, what is their own doing. */
const CARRIERS_FAULTS: ReadonlySet<string> = new Set([
  ...['damaged-in-transit', 'damaged-by-courier', 'refused-damaged', 'refused-too-late'],
  'waybill-missing',
])

/** What is due for a delivery as it ended; `undefined`: nothing. */
export function compensationOf(ended: Ended, terms: CompensationTerms): Owed | undefined {
  const { status, priceMinor, declaredMinor, reasons } = ended
  switch (status) {
    case 'delivered':
      return ofLate(ended, terms)
    case 'lost':
      // Nobody came for it: that is a person's to settle.
      if (reasons.includes('disposed-of')) return undefined
      return whole('lost', {
        priceMinor: percent(priceMinor, terms.failedPercent),
        declaredMinor: percent(declaredMinor, terms.lostDeclaredPercent),
      })
    case 'returned':
      return reasons.some((reason) => CARRIERS_FAULTS.has(reason))
        ? whole('returned', {
            priceMinor: percent(priceMinor, terms.failedPercent),
            declaredMinor: 0,
          })
        : undefined
    default:
      return undefined
  }
}

function ofLate(ended: Ended, terms: CompensationTerms): Owed | undefined {
  const { promiseLatestMs, saidLatestMs } = ended
  const daysLate = daysAfter(promiseLatestMs, ended)
  const amountMinor = forDays(daysLate, ended, terms)
  if (amountMinor === 0) return undefined
  const claimMinor = forDays(daysAfter(saidLatestMs ?? promiseLatestMs, ended), ended, terms)
  return { reason: 'late', amountMinor, claimMinor, daysLate }
}

function whole(
  reason: CompensationReason,
  { priceMinor, declaredMinor }: Pick<Ended, 'priceMinor' | 'declaredMinor'>,
): Owed | undefined {
  const amountMinor = priceMinor + declaredMinor
  return amountMinor === 0 ? undefined : { reason, amountMinor, claimMinor: amountMinor }
}

const forDays = (days: number, { priceMinor }: Ended, terms: CompensationTerms) =>
  percent(priceMinor, Math.min(days * terms.perDayLatePercent, terms.mostLatePercent))

/** What comes in the last hours of a day is of that day. */
function daysAfter(dueMs: number | undefined, { arrivedMs, zone }: Ended): number {
  if (dueMs === undefined || arrivedMs === undefined) return 0
  const dayOf = (ms: number) => Date.parse(localOf(ms, zone).date) / DAY_MS
  return Math.max(0, dayOf(arrivedMs) - dayOf(dueMs))
}

const percent = (amount: number, share: number) => Math.round((amount * share) / 100)
