import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createBreaker } from '../../clients/cache/breaker.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const works = async () => 'answer'
const fails = async () => {
  throw new Error('too late')
}

describe('a breaker', () => {
  it('gives what it is asked for, and goes on through single failures', async () => {
    const breaker = createBreaker({ failingMs: 150, restMs: 500 })
    expect(await breaker.attempt(works)).toEqual({ value: 'answer' })
    expect(await breaker.attempt(fails)).toBe('failed')
    vi.advanceTimersByTime(1_000)
    expect(await breaker.attempt(works)).toEqual({ value: 'answer' })
    expect(await breaker.attempt(fails)).toBe('failed')
    expect(breaker.restedWithin(60_000)).toBe(false)
  })

  it('rests when there was nothing but failures for a while', async () => {
    const breaker = createBreaker({ failingMs: 150, restMs: 500 })
    await breaker.attempt(fails)
    vi.advanceTimersByTime(150)
    await breaker.attempt(fails)
    expect(await breaker.attempt(works)).toBe('failed')
    expect(breaker.restedWithin(0)).toBe(true)
    vi.advanceTimersByTime(500)
    expect(breaker.restedWithin(0)).toBe(false)
    expect(await breaker.attempt(works)).toEqual({ value: 'answer' })
    expect(breaker.restedWithin(2_000)).toBe(true)
  })

  it('rests at once when the part is known to be away, and tries again soon after', async () => {
    let isAway = true
    const breaker = createBreaker({ failingMs: 150, restMs: 500, isAway: () => isAway })
    expect(breaker.restedWithin(0)).toBe(true)
    expect(await breaker.attempt(works)).toBe('failed')
    isAway = false
    expect(await breaker.attempt(works)).toBe('failed')
    vi.advanceTimersByTime(100)
    expect(await breaker.attempt(works)).toEqual({ value: 'answer' })
  })
})
