import type { CarrierId } from '../../contracts/logistics.ts'
import type { Promised } from './promise.ts'
import type { Reliability } from './reliability.ts'
import type { Weights } from './weights.ts'
import { HOUR_MS } from './zone.ts'

export const CHOOSER_VERSION = '2026-11-26'

export type Candidate = {
  carrier: CarrierId
  service: string
  serviceName: string
  mode: string
  priceMinor: number
  currency: string
  promised: Promised
  reliability: Reliability
  /** Of the contract that it would be booked by. */
  accountId: string
  quoteId?: string
  expiresAt?: string
}

/** What each part adds to the score; the smallest sum is booked first. */
export type Why = {
  price: number
  time: number
  reliability: number
  failure: number
  score: number
  /** Until nine of ten are with the buyer. */
  p90Hours: number
  onTime: number
  expectedFailureMinor: number
}
export type RankedCandidate = Candidate & { rank: number; why: Why }

/** Why a service, or a whole carrier, is not among the candidates. */
export type LeftOut = {
  carrier: CarrierId
  service?: string
  why:
    | 'no-answer'
    | 'refused'
    | 'breaker-open'
    | 'policy'
    | 'too-expensive'
    | 'too-heavy'
    | 'too-many-parcels'
    | 'other-point'
    | 'other-currency'
    | 'no-contract'
  code?: string
}

/** The best first: by score, then price, then carrier and service, so that the same inputs always give the same list. */
export function rank(
  candidates: readonly Candidate[],
  weights: Weights,
  nowMs: number,
): RankedCandidate[] {
  return candidates
    .map((candidate) => ({ ...candidate, why: whyOf(candidate, weights, nowMs) }))
    .sort(
      (a, b) =>
        a.why.score - b.why.score ||
        a.priceMinor - b.priceMinor ||
        compare(a.carrier, b.carrier) ||
        compare(a.service, b.service),
    )
    .map((candidate, index) => ({ ...candidate, rank: index + 1 }))
}

export function whyOf(
  { priceMinor, promised, reliability }: Pick<Candidate, 'priceMinor' | 'promised' | 'reliability'>,
  weights: Weights,
  nowMs: number,
): Why {
  const advertisedHours = Math.max(0, Date.parse(promised.advertisedLatest) - nowMs) / HOUR_MS
  const p90Hours = advertisedHours + reliability.delayP90Hours
  const miss = 1 - reliability.onTime
  const expectedFailureMinor = Math.round(miss * weights.failureMinor)
  const parts = {
    price: weights.price * (priceMinor / weights.referenceMinor),
    time: weights.time * (p90Hours / weights.referenceHours),
    reliability: weights.reliability * miss,
    failure: weights.price * (expectedFailureMinor / weights.referenceMinor),
  }
  return {
    price: rounded(parts.price),
    time: rounded(parts.time),
    reliability: rounded(parts.reliability),
    failure: rounded(parts.failure),
    score: rounded(parts.price + parts.time + parts.reliability + parts.failure),
    p90Hours: Math.round(p90Hours),
    onTime: rounded(reliability.onTime),
    expectedFailureMinor,
  }
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
const rounded = (value: number) => Math.round(value * 10_000) / 10_000
