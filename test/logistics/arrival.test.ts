import { describe, expect, it } from 'vitest'
import { arrivalOf, BUYERS_DOINGS, type ToldEvent } from '../../domain/logistics/arrival.ts'
import { HOUR_MS } from '../../domain/logistics/zone.ts'

const told = (status: ToldEvent['status'], hour: number, reason: string | null = null) => ({
  ...{ status, reason, atMs: hour * HOUR_MS },
})
const hours = (events: readonly ToldEvent[], delivered?: number) => {
  const { atMs, triedAtMs } = arrivalOf(
    events,
    delivered === undefined ? undefined : delivered * HOUR_MS,
  )
  const hourOf = (ms: number | undefined) => (ms === undefined ? undefined : ms / HOUR_MS)
  return [hourOf(atMs), hourOf(triedAtMs)]
}

describe('when a parcel was there', () => {
  it('is when its buyer had it, or when it first waited for its buyer, however it was to come', () => {
    expect(hours([told('exception', 1, 'held-up')], 90)).toEqual([90, undefined])
    const moved = [told('exception', 10, 'moved-to-pvz'), told('ready-for-pickup', 30)]
    expect(hours([...moved, told('ready-for-pickup', 20)], 90)).toEqual([20, undefined])
  })

  it('is when only its buyer kept it from being handed over', () => {
    for (const reason of BUYERS_DOINGS) {
      expect(hours([told('attempt-failed', 40, reason)], 90), reason).toEqual([40, undefined])
      expect(hours([told('exception', 40, reason)]), reason).toEqual([40, undefined])
    }
  })

  it('is not when its courier did not come', () => {
    expect(hours([told('attempt-failed', 40, 'courier-late')], 90)).toEqual([90, undefined])
    expect(hours([told('attempt-failed', 40, 'courier-late')])).toEqual([undefined, undefined])
  })

  it('is not known where nobody said why an attempt failed', () => {
    expect(hours([told('attempt-failed', 40)], 90)).toEqual([90, 40])
    expect(hours([told('attempt-failed', 40)])).toEqual([undefined, 40])
    const after = [told('attempt-failed', 20, 'nobody-there'), told('attempt-failed', 60)]
    expect(hours(after, 90)).toEqual([20, undefined])
  })

  it('is known where the reason of an attempt was told apart from it', () => {
    const back = told('attempt-failed', 47)
    expect(hours([told('attempt-failed', 40, 'courier-late'), back], 90)).toEqual([90, undefined])
    expect(hours([told('attempt-failed', 40, 'nobody-there'), back], 90)).toEqual([40, undefined])
    const dayBefore = told('attempt-failed', 20, 'courier-late')
    expect(hours([dayBefore, back], 90)).toEqual([90, 47])
  })
})
