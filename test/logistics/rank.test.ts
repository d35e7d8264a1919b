import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CarrierId } from '../../contracts/logistics.ts'
import { explainChoice } from '../../domain/logistics/explain-choice.ts'
import { leftOutBy, type HardLimits, type Offer } from '../../domain/logistics/hard-limits.ts'
import { rank, type Candidate } from '../../domain/logistics/rank.ts'
import {
  decayed,
  NO_RECORD,
  reliabilityOf,
  withOutcome,
  type LaneRecord,
} from '../../domain/logistics/reliability.ts'
import { DEFAULT_WEIGHTS } from '../../domain/logistics/weights.ts'
import { DAY_MS, HOUR_MS } from '../../domain/logistics/zone.ts'

const now = Date.parse('2026-11-26T09:00:00Z')
const candidate = (
  carrier: CarrierId,
  more: { price?: number; hours?: number; onTime?: number } = {},
): Candidate => {
  const latest = new Date(now + (more.hours ?? 48) * HOUR_MS).toISOString()
  return {
    ...{
      carrier,
      service: 'courier',
      serviceName: 'Курьер',
      mode: 'door-door',
      accountId: carrier,
    },
    ...{ priceMinor: more.price ?? 30_000, currency: 'RUB' },
    promised: {
      ...{ earliest: latest, latest, readyAt: latest, shipsOn: '2026-11-26', pickupAt: latest },
      ...{ advertisedLatest: latest, bufferHours: 0, version: '1' },
    },
    reliability: { onTime: more.onTime ?? 0.9, delayP90Hours: 0, evidence: 10 },
  }
}
const order = (...candidates: Candidate[]) =>
  rank(candidates, DEFAULT_WEIGHTS, now).map(({ carrier }) => carrier)

const candidates = fc.uniqueArray(
  fc
    .record({
      carrier: fc.constantFrom<CarrierId>('cdek', 'dpd', 'uber'),
      service: fc.constantFrom('a', 'b', 'c'),
      price: fc.integer({ min: 1, max: 200_000 }),
      hours: fc.integer({ min: 1, max: 400 }),
      onTime: fc.float({ min: 0, max: 1, noNaN: true }),
    })
    .map(({ carrier, service, ...more }) => ({ ...candidate(carrier, more), service })),
  { selector: ({ carrier, service }) => carrier + service, minLength: 2, maxLength: 8 },
)
const nameOf = ({ carrier, service }: Candidate) => `${carrier} ${service}`

describe('the ranking', () => {
  it('puts the cheaper first where all else is equal', () => {
    expect(order(candidate('dpd', { price: 35_000 }), candidate('cdek'))).toEqual(['cdek', 'dpd'])
  })
  it('pays a little more for who is on time', () => {
    const reliable = candidate('dpd', { price: 31_000, onTime: 0.97 })
    expect(order(candidate('cdek', { onTime: 0.6 }), reliable)).toEqual(['dpd', 'cdek'])
  })
  it('does not depend on the order of the offers', () => {
    fc.assert(
      fc.property(candidates, (given) => {
        const names = (list: Candidate[]) => rank(list, DEFAULT_WEIGHTS, now).map(nameOf)
        expect(names(given)).toEqual(names(given.toReversed()))
      }),
      { seed: 8 },
    )
  })
  it('keeps its order when one drops out: a fallback is what would have been chosen without the first', () => {
    fc.assert(
      fc.property(candidates, fc.nat(), (given, at) => {
        const all = rank(given, DEFAULT_WEIGHTS, now).map(nameOf)
        const gone = all[at % all.length]!
        const left = given.filter((one) => nameOf(one) !== gone)
        expect(rank(left, DEFAULT_WEIGHTS, now).map(nameOf)).toEqual(
          all.filter((name) => name !== gone),
        )
      }),
      { seed: 8 },
    )
  })
  it('never puts first what another beats in everything', () => {
    fc.assert(
      fc.property(candidates, (given) => {
        const [first] = rank(given, DEFAULT_WEIGHTS, now)
        const beats = (one: Candidate) =>
          one.priceMinor < first!.priceMinor &&
          one.reliability.onTime > first!.reliability.onTime + 0.001 &&
          one.promised.latest < first!.promised.latest
        expect(given.some(beats)).toBe(false)
      }),
      { seed: 8 },
    )
  })
  it('says why in both languages', () => {
    const ranked = rank(
      [candidate('cdek'), candidate('dpd', { price: 40_000 })],
      DEFAULT_WEIGHTS,
      now,
    )
    expect(explainChoice(ranked)).toEqual({
      ru: 'СДЭК «Курьер»: 300.00 RUB, с вероятностью 90 % за 48 ч, вовремя 90 %. Выбран перед DPD «Курьер» (400.00 RUB, с вероятностью 90 % за 48 ч, вовремя 90 %): дешевле.',
      en: 'СДЭК «Курьер»: 300.00 RUB, nine of ten within 48 h, on time 90 %. Chosen before DPD «Курьер» (400.00 RUB, nine of ten within 48 h, on time 90 %): cheaper.',
    })
  })
})

describe('reliability', () => {
  const record = (deliveries: number, onTime: number, delay = 0): LaneRecord => ({
    ...{ ...NO_RECORD, deliveries, onTime },
    ...{ delayHours: delay * deliveries, delayHoursSquared: delay ** 2 * deliveries },
  })
  const of = (lane: LaneRecord, carrier = lane) =>
    reliabilityOf({ carrier, service: carrier, lane })

  it('believes a long record, and hardly one of two deliveries', () => {
    expect(of(record(500, 250)).onTime).toBeCloseTo(0.5, 1)
    expect(of(record(2, 0), record(100, 95)).onTime).toBeGreaterThan(0.7)
  })
  it('forgets half in a month', () => {
    const half = decayed(record(10, 8), 30 * DAY_MS)
    expect(half.deliveries).toBeCloseTo(5)
    expect(half.onTime).toBeCloseTo(4)
  })
  it('counts what is not booked when asked, too', () => {
    let refusing = record(100, 95)
    for (let times = 0; times < 50; times++) refusing = withOutcome(refusing, { what: 'refused' })
    expect(of(refusing).onTime).toBeLessThan(0.3)
  })
  it('adds what nine of ten are late at most', () => {
    expect(of(record(1_000, 500, 24)).delayP90Hours).toBeGreaterThan(24)
    expect(of(record(1_000, 1_000, -24)).delayP90Hours).toBeLessThan(12)
  })
  it('stays within 0 and 1 whatever happens', () => {
    const outcome = fc.oneof(
      fc.record({
        what: fc.constant('delivered' as const),
        isOnTime: fc.boolean(),
        delayHours: fc.integer({ min: -200, max: 500 }),
      }),
      fc.constantFrom(...([{ what: 'failed' }, { what: 'booked' }, { what: 'refused' }] as const)),
    )
    fc.assert(
      fc.property(fc.array(outcome, { maxLength: 60 }), (outcomes) => {
        const { onTime, delayP90Hours } = of(outcomes.reduce(withOutcome, NO_RECORD))
        expect(onTime).toBeGreaterThanOrEqual(0)
        expect(onTime).toBeLessThanOrEqual(1)
        expect(delayP90Hours).toBeGreaterThanOrEqual(0)
      }),
      { seed: 8 },
    )
  })
})

describe('hard limits', () => {
  const parcel = { weightG: 1_000, lengthMm: 200, widthMm: 200, heightMm: 100 }
  const limits: HardLimits = { parcels: [parcel], currency: 'RUB' }
  const offer: Offer = {
    ...{ carrier: 'cdek', service: '136', mode: 'door-door', priceMinor: 30_000, currency: 'RUB' },
  }
  const point = { carrier: 'cdek', kind: 'pvz' } as const
  const cases: [string, Partial<Offer>, Partial<HardLimits>, string | undefined][] = [
    ['what fits', {}, {}, undefined],
    ['another currency', { currency: 'USD' }, {}, 'other-currency'],
    ['a carrier that the seller does not want', {}, { carriers: ['dpd'] }, 'policy'],
    ['what costs too much', {}, { maxPriceMinor: 29_999 }, 'too-expensive'],
    [
      'a point of another carrier',
      { carrier: 'dpd', mode: 'door-point' },
      { point },
      'other-point',
    ],
    ['a door where a point was chosen', {}, { point }, 'other-point'],
    ['a point where a door was chosen', { mode: 'door-point' }, {}, 'other-point'],
    ['its own point', { mode: 'door-point' }, { point }, undefined],
    ['one parcel of 50 kg', {}, { parcels: [parcel, { ...parcel, weightG: 50_001 }] }, 'too-heavy'],
    [
      'two parcels for a locker',
      { mode: 'door-point' },
      { point: { carrier: 'cdek', kind: 'locker' }, parcels: [parcel, parcel] },
      'too-many-parcels',
    ],
    ['more parcels than goods', {}, { parcels: [parcel, parcel], units: 1 }, 'too-many-parcels'],
    ['as many parcels as goods', {}, { parcels: [parcel, parcel], units: 2 }, undefined],
    [
      '15 kg for a locker',
      { mode: 'door-point' },
      { point: { carrier: 'cdek', kind: 'locker' }, parcels: [{ ...parcel, weightG: 15_001 }] },
      'too-heavy',
    ],
  ]
  it.each(cases)('%s', (_, offered, limited, why) => {
    expect(leftOutBy({ ...offer, ...offered }, { ...limits, ...limited })).toBe(why)
  })
})
