import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  isHopeless,
  observe,
  openSlots,
  type Health,
} from '../../../domain/integrations/webhooks/endpoint-health.ts'

const fresh: Health = { failures: 0, failingSinceMs: null, openings: 0, heldUntilMs: null }
const DAY = 24 * 3_600_000

const fail = (health: Health, nowMs: number, restMs: number | null = null) =>
  observe(health, { isDelivered: false, restMs, nowMs, random: 0 })
const succeed = (health: Health, nowMs: number) =>
  observe(health, { isDelivered: true, restMs: null, nowMs, random: 0 })
const failTimes = (times: number, nowMs: number) =>
  Array.from({ length: times }).reduce<Health>((health) => fail(health, nowMs), fresh)

describe('the circuit breaker', () => {
  it('opens with the tenth failure in a row, for half a minute', () => {
    expect(failTimes(9, 1_000).heldUntilMs).toBeNull()
    expect(failTimes(10, 1_000)).toEqual({
      ...{ failures: 10, failingSinceMs: 1_000, openings: 1, heldUntilMs: 31_000 },
    })
  })

  it('counts failures in a row alone', () => {
    const health = fail(succeed(failTimes(9, 1_000), 1_001), 1_002)
    expect(health).toEqual({ ...fresh, failures: 1, failingSinceMs: 1_002 })
  })

  it('is opened once by what was under way together', () => {
    expect(fail(failTimes(10, 1_000), 1_500)).toMatchObject({ openings: 1, heldUntilMs: 31_000 })
  })

  it('lets one message probe, and opens for twice as long when that fails too, a quarter of an hour at most', () => {
    let health = failTimes(10, 0)
    const holds: number[] = []
    for (let probe = 0; probe < 8; probe++) {
      expect(openSlots(health, 16)).toBe(1)
      const at = health.heldUntilMs! + 1
      health = fail(health, at)
      holds.push((health.heldUntilMs! - at) / 1_000)
    }
    expect(holds).toEqual([60, 120, 240, 480, 900, 900, 900, 900])
  })

  it('closes with a success', () => {
    const health = succeed(failTimes(10, 0), 31_000)
    expect(health).toMatchObject({ failures: 0, failingSinceMs: null, openings: 0 })
    expect(openSlots(health, 16)).toBe(16)
  })

  it('rests as long as the receiver asks, without taking it for broken', () => {
    expect(fail(fresh, 1_000, 60_000)).toMatchObject({ openings: 0, heldUntilMs: 61_000 })
    expect(fail(failTimes(9, 1_000), 1_000, 5_000).heldUntilMs).toBe(31_000)
    expect(fail(failTimes(9, 1_000), 1_000, 90_000).heldUntilMs).toBe(91_000)
  })

  it('never lets go earlier than it said', () => {
    const step = fc.record({
      isDelivered: fc.boolean(),
      after: fc.nat(60_000),
      rest: fc.nat(90_000),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let [health, now] = [fresh, 0]
        for (const { isDelivered, after, rest } of steps) {
          now += after
          const before = health.heldUntilMs ?? 0
          health = observe(health, { isDelivered, restMs: rest, nowMs: now, random: 0.5 })
          if ((health.heldUntilMs ?? 0) < before) return false
        }
        return true
      }),
    )
  })
})

describe('an endpoint', () => {
  it('is hopeless after five days of nothing but failures', () => {
    const failing = failTimes(10, 0)
    expect(isHopeless(failing, 5 * DAY - 1)).toBe(false)
    expect(isHopeless(failing, 5 * DAY)).toBe(true)
    expect(isHopeless(succeed(failing, 4 * DAY), 5 * DAY)).toBe(false)
  })

  it('is not, for one failure that nothing came after', () => {
    expect(isHopeless(failTimes(1, 0), 9 * DAY)).toBe(false)
  })
})
