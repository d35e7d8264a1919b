import { describe, expect, it } from 'vitest'
import type { BreakerRules, Pass, Result } from '../../clients/carriers/breaker.ts'
import {
  CarrierError,
  type BookAnswer,
  type Carrier,
  type CarrierFailure,
} from '../../clients/carriers/carrier.ts'
import { guarded } from '../../clients/carriers/guarded.ts'
import { createLocalBreaker } from '../../clients/carriers/local-breaker.ts'
import { Unanswered } from '../../clients/carriers/unanswered.ts'
import { bookRequest, booking, cdekQuote, quoteRequest } from './samples.ts'

const rules: BreakerRules = { failures: 3, windowMs: 1_000, restMs: 100, probeMs: 500 }

function createClock() {
  let now = 1_000
  return Object.assign(() => now, { pass: (ms: number) => void (now += ms) })
}

describe('a breaker', () => {
  function start() {
    const clock = createClock()
    const breaker = createLocalBreaker(rules, clock)
    const settle = async (result: Result, times = 1, pass: Pass = 'pass') => {
      for (let time = 0; time < times; time++) await breaker.settle('a', pass, result)
    }
    const enter = async (key = 'a') => (await breaker.enter(key)).outcome
    return { clock, breaker, settle, enter }
  }

  it('opens after several failures, for itself alone', async () => {
    const { settle, enter, breaker, clock } = start()
    await settle('failed', 2)
    expect(await enter()).toBe('pass')
    await settle('failed')
    clock.pass(40)
    expect(await breaker.enter('a')).toEqual({ outcome: 'open', retryAfterMs: 60 })
    expect(await enter('b')).toBe('pass')
  })

  it('stays closed while most succeed, and forgets what was long ago', async () => {
    const { settle, enter, clock } = start()
    await settle('ok', 4)
    await settle('failed', 3)
    expect(await enter()).toBe('pass')
    clock.pass(1_001)
    await settle('failed', 2)
    expect(await enter()).toBe('pass')
  })

  it('lets one through after its rest, and closes when that goes well', async () => {
    const { settle, enter, clock } = start()
    await settle('failed', 3)
    clock.pass(100)
    expect(await Promise.all([enter(), enter(), enter()])).toEqual(['probe', 'open', 'open'])
    await settle('ok', 1, 'probe')
    expect(await enter()).toBe('pass')
  })

  it('rests again when it does not, and lets another through when nothing is heard', async () => {
    const { settle, enter, clock } = start()
    await settle('failed', 3)
    clock.pass(100)
    await enter()
    await settle('failed', 1, 'probe')
    expect(await enter()).toBe('open')
    clock.pass(100)
    expect(await enter()).toBe('probe')
    clock.pass(499)
    expect(await enter()).toBe('open')
    clock.pass(1)
    expect(await enter()).toBe('probe')
    await settle('none', 1, 'probe')
    expect(await enter()).toBe('probe')
  })

  it('tells whether it is open without letting anybody through', async () => {
    const { settle, enter, clock, breaker } = start()
    expect(await breaker.isOpen('a')).toBe(false)
    await settle('failed', 3)
    expect(await breaker.isOpen('a')).toBe(true)
    clock.pass(100)
    expect([await breaker.isOpen('a'), await breaker.isOpen('a')]).toEqual([false, false])
    expect(await enter()).toBe('probe')
    expect(await breaker.isOpen('a')).toBe(true)
  })

  it('is not closed by what began before it opened', async () => {
    const { settle, enter } = start()
    await settle('failed', 3)
    await settle('ok', 9)
    expect(await enter()).toBe('open')
  })
})

describe('a carrier behind it', () => {
  const unknown: BookAnswer = {
    outcome: 'unknown',
    reason: { code: 'timeout', message: '', kind: 'capacity' },
  }
  const booked: BookAnswer = {
    ...{ outcome: 'booked', carrierId: '1', trackingNumber: '1', warnings: [] },
  }
  const failure = (kind: CarrierFailure['kind'], cause?: Unanswered) =>
    new CarrierError({ carrier: 'cdek', operation: 'book', kind }, kind, { cause })

  function start(bookAnswer: () => Promise<BookAnswer>) {
    const clock = createClock()
    const calls: string[] = []
    const called = <T>(name: string, answer: T) => {
      calls.push(name)
      return Promise.resolve(answer)
    }
    const carrier: Carrier = {
      id: 'cdek',
      quote: () => called('quote', { outcome: 'quoted', quotes: [] }),
      book: () => {
        calls.push('book')
        return bookAnswer()
      },
      confirm: () => called('confirm', booked),
      find: () => called('find', { outcome: 'absent' }),
      cancel: () => called('cancel', { outcome: 'cancelled' }),
      track: () => called('track', { events: [] }),
    }
    const breaker = createLocalBreaker(rules, clock)
    const behind = guarded(carrier, { breaker, scope: 'cdek@host' })
    const book = (times: number) =>
      Promise.allSettled(
        Array.from({ length: times }, () => behind.book(bookRequest(cdekQuote), {})),
      )
    return { clock, calls, behind, book }
  }

  it('is not asked to book while bookings fail, and is still tracked and cancelled', async () => {
    const { behind, book, calls } = start(() => Promise.resolve(unknown))
    await book(3)
    await expect(behind.book(bookRequest(cdekQuote), {})).rejects.toMatchObject({
      ...{ kind: 'unavailable', retryAfterMs: 100, operation: 'book' },
    })
    expect(calls).toEqual(['book', 'book', 'book'])
    expect([await behind.isResting!('book'), await behind.isResting!('cancel')]).toEqual([
      true,
      false,
    ])
    expect(await behind.cancel(booking, {})).toEqual({ outcome: 'cancelled' })
    expect(await behind.track(booking, {})).toEqual({ events: [] })
    expect(await behind.quote(quoteRequest, {})).toMatchObject({ outcome: 'quoted' })
  })

  it('is asked for a price before it is asked to book again', async () => {
    let answer: BookAnswer = unknown
    const { book, calls, clock } = start(() => Promise.resolve(answer))
    await book(3)
    answer = booked
    clock.pass(100)
    calls.length = 0
    await book(1)
    await book(1)
    expect(calls).toEqual(['quote', 'book', 'book'])
  })

  it.each<[string, () => Promise<BookAnswer>]>([
    [
      'refusals',
      async () => ({
        outcome: 'rejected',
        reason: { code: 'x', message: '', kind: 'permanent' },
      }),
    ],
    ['malformed answers', () => Promise.reject(failure('malformed'))],
    ['credentials', () => Promise.reject(failure('credentials'))],
    [
      'limits on our calls',
      () =>
        Promise.reject(
          failure('unavailable', new Unanswered({ code: 'busy', mayHaveArrived: false })),
        ),
    ],
  ])('is asked on in spite of %s', async (_, answer) => {
    const { book, calls } = start(answer)
    await book(9)
    expect(calls).toHaveLength(9)
  })

  it('is not asked after it could not be reached', async () => {
    const { book, calls } = start(() => Promise.reject(failure('unavailable')))
    await book(3)
    await book(3)
    expect(calls).toHaveLength(3)
  })
})
