import { describe, expect, it } from 'vitest'
import {
  compensationOf,
  DEFAULT_COMPENSATION,
  type Ended,
} from '../../domain/logistics/compensation.ts'
import { DEFAULT_TERMS, mergeTerms } from '../../domain/logistics/sla.ts'
import { TRACKING_STATUSES } from '../../domain/logistics/tracking-status.ts'

const at = (instant: string) => Date.parse(instant)
const ended = (more: Partial<Ended> = {}): Ended => ({
  ...{ status: 'delivered', zone: 'Europe/Moscow', reasons: [] },
  ...{ priceMinor: 30_000, declaredMinor: 129_900 },
  arrivedMs: at('2026-12-02T09:00:00Z'),
  promiseLatestMs: at('2026-11-30T19:00:00Z'),
  saidLatestMs: at('2026-11-29T19:00:00Z'),
  ...more,
})
const NOTHING = {
  ...{ perDayLatePercent: 0, mostLatePercent: 0, failedPercent: 0, lostDeclaredPercent: 0 },
}
const due = (more: Partial<Ended> = {}, terms = DEFAULT_COMPENSATION) =>
  compensationOf(ended(more), terms)

describe('what is due for a delivery', () => {
  it('that was late is by its days and the price, and its carrier owes it by its own word', () => {
    expect(due()).toEqual({ reason: 'late', daysLate: 2, amountMinor: 5_400, claimMinor: 8_100 })
  })

  it('is not its carrier’s debt where that was not late by its own word', () => {
    expect(due({ saidLatestMs: at('2026-12-03T19:00:00Z') })).toMatchObject({
      ...{ amountMinor: 5_400, claimMinor: 0 },
    })
  })

  it('is claimed by the law, whatever its seller has told its buyers', () => {
    const lost = { status: 'lost' } as const
    expect(due({}, NOTHING)).toMatchObject({ amountMinor: 0, claimMinor: 8_100 })
    expect(due(lost, NOTHING)).toMatchObject({ amountMinor: 0, claimMinor: 159_900 })
    expect(due({ status: 'returned', reasons: ['damaged-in-transit'] }, NOTHING)).toMatchObject({
      ...{ amountMinor: 0, claimMinor: 30_000 },
    })
    const generous = { ...DEFAULT_COMPENSATION, perDayLatePercent: 50 }
    expect(due({}, generous)).toMatchObject({ amountMinor: 30_000, claimMinor: 8_100 })
  })

  it('is claimed of a carrier that was late by its own word, though its buyer had it in time', () => {
    expect(due({ arrivedMs: at('2026-11-30T10:00:00Z') })).toEqual({
      ...{ reason: 'late', daysLate: 0, amountMinor: 0, claimMinor: 2_700 },
    })
  })

  it('is never more than its most, and rounds half a kopeck up', () => {
    expect(due({ arrivedMs: at('2027-02-01T09:00:00Z') })?.amountMinor).toBe(30_000)
    const terms = { ...DEFAULT_COMPENSATION, perDayLatePercent: 1, mostLatePercent: 1 }
    expect(due({ priceMinor: 150 }, terms)?.amountMinor).toBe(2)
  })

  it('counts days on the clock of the destination: the last hours of a day are of that day', () => {
    const said = { saidLatestMs: at('2026-11-30T19:00:00Z') }
    const lateAtNight = { ...said, arrivedMs: at('2026-11-30T20:59:00Z') }
    expect(due(lateAtNight)).toBeUndefined()
    expect(due({ ...lateAtNight, zone: 'Asia/Novosibirsk' })).toBeUndefined()
    expect(due({ ...said, arrivedMs: at('2026-11-30T21:01:00Z') })?.daysLate).toBe(1)
  })

  it('is nothing in time, without a promise, or where nobody knows when it came', () => {
    expect(due({ arrivedMs: at('2026-11-29T09:00:00Z') })).toBeUndefined()
    expect(due({ promiseLatestMs: undefined, saidLatestMs: undefined })).toBeUndefined()
    expect(due({ arrivedMs: undefined })).toBeUndefined()
    expect(due({}, NOTHING)?.amountMinor).toBe(0)
  })

  it('that was lost is its price and what was declared', () => {
    expect(due({ status: 'lost' })).toEqual({
      ...{ reason: 'lost', amountMinor: 159_900, claimMinor: 159_900 },
    })
    // On its way back from a buyer who did not take it.
    expect(due({ status: 'lost', wasComingBack: true })).toEqual({
      ...{ reason: 'lost', amountMinor: 0, claimMinor: 159_900 },
    })
    const terms = { ...DEFAULT_COMPENSATION, lostDeclaredPercent: 0 }
    expect(due({ status: 'lost' }, terms)?.amountMinor).toBe(30_000)
  })

  it('that was disposed of, as nobody came for it, is not what was lost', () => {
    expect(due({ status: 'lost', reasons: ['disposed-of'] })).toBeUndefined()
    expect(due({ status: 'lost', reasons: ['lost'] })?.amountMinor).toBe(159_900)
  })

  it.each([
    [['damaged-in-transit'], 30_000],
    [['no-contact', 'refused-damaged'], 30_000],
    [['waybill-missing'], undefined],
    [['refused-changed-mind'], undefined],
    [[], undefined],
  ])('that came back with %j is by whose fault that is', (reasons, amountMinor) => {
    expect(due({ status: 'returned', reasons })?.amountMinor).toBe(amountMinor)
  })

  it('that was refused as too late is due where it was, and claimed where it was by its carrier’s word', () => {
    const refused = { status: 'returned', reasons: ['refused-too-late'] } as const
    expect(due(refused)).toEqual({
      ...{ reason: 'returned', amountMinor: 30_000, claimMinor: 30_000 },
    })
    expect(due({ ...refused, arrivedMs: at('2026-11-30T20:00:00Z') })).toBeUndefined()
    expect(due({ ...refused, arrivedMs: undefined })).toBeUndefined()
    expect(due({ ...refused, saidLatestMs: at('2026-12-03T19:00:00Z') })).toMatchObject({
      ...{ amountMinor: 30_000, claimMinor: 0 },
    })
  })

  it('is nothing while it has not ended', () => {
    const ends = ['delivered', 'lost', 'returned']
    for (const status of TRACKING_STATUSES.filter((one) => !ends.includes(one)))
      expect(due({ status }), status).toBeUndefined()
  })
})

it('what a policy does not say of compensation is as it was', () => {
  const terms = mergeTerms(DEFAULT_TERMS, { compensation: { perDayLatePercent: 3 } })
  expect(terms.compensation).toEqual({ ...DEFAULT_COMPENSATION, perDayLatePercent: 3 })
})
