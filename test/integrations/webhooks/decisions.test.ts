import { z } from 'zod'
import { describe, expect, it } from 'vitest'
import {
  EVENT_TYPES,
  isEventPattern,
  isSubscribed,
  isWebhookEvent,
  NEWEST_VERSION,
  TEST_EVENT,
  WEBHOOK_VERSIONS,
} from '../../../domain/integrations/webhooks/event-types.ts'
import { judgeAnswer } from '../../../domain/integrations/webhooks/judge-answer.ts'
import { messageBody } from '../../../domain/integrations/webhooks/message-body.ts'
import { freshPace, spend, waitMs } from '../../../domain/integrations/webhooks/pace.ts'

describe('an answer', () => {
  it.each([200, 201, 202, 204, 299])('%i is success', (status) => {
    expect(judgeAnswer({ status }).isDelivered).toBe(true)
  })

  it.each([
    [301, 'redirect'],
    [304, 'redirect'],
    [400, 'http-400'],
    [404, 'http-404'],
    [410, 'gone'],
    [429, 'throttled'],
    [500, 'http-500'],
    [503, 'http-503'],
  ])('%i is a failure: %s', (status, problem) => {
    expect(judgeAnswer({ status })).toMatchObject({ isDelivered: false, problem })
  })

  it('410 alone is gone', () => {
    expect(judgeAnswer({ status: 410 }).isGone).toBe(true)
    expect(judgeAnswer({ status: 404 }).isGone).toBe(false)
  })

  it('429 asks for a rest, and 503 that says for how long; an hour at most', () => {
    expect(judgeAnswer({ status: 429 }).restMs).toBe(10_000)
    expect(judgeAnswer({ status: 429, retryAfterMs: 500 }).restMs).toBe(500)
    expect(judgeAnswer({ status: 429, retryAfterMs: 9e9 }).restMs).toBe(3_600_000)
    expect(judgeAnswer({ status: 503 }).restMs).toBeNull()
    expect(judgeAnswer({ status: 503, retryAfterMs: 500 }).restMs).toBe(500)
    expect(judgeAnswer({ status: 500, retryAfterMs: 500 }).restMs).toBeNull()
  })

  it('that does not come is a failure with its reason', () => {
    expect(judgeAnswer({ problem: 'timeout' })).toEqual({
      ...{ isDelivered: false, problem: 'timeout', isGone: false, restMs: null },
    })
  })
})

describe('a subscription', () => {
  it.each([
    [['*'], true],
    [['order.*'], true],
    [['import.completed', 'order.created'], true],
    [['order'], false],
    [['order.status_changed'], false],
    [['return.*'], false],
    [[], false],
  ])('to %j wants order.created: %s', (patterns, expected) => {
    expect(isSubscribed(patterns, 'order.created')).toBe(expected)
  })

  it('can be to what there is alone', () => {
    for (const pattern of ['*', 'order.*', 'feed.held', 'webhook-message.failed'])
      expect(isEventPattern(pattern), pattern).toBe(true)
    for (const pattern of [
      '',
      '**',
      'order.*.x',
      'orders.*',
      'import.requested',
      'import-source.*',
    ])
      expect(isEventPattern(pattern), pattern).toBe(false)
  })
})

describe('the catalogue', () => {
  it('has every event of the mission, each once, and none of ours alone', () => {
    const types = EVENT_TYPES.map(({ type }) => type)
    expect(new Set(types).size).toBe(types.length)
    expect(types).toEqual(
      expect.arrayContaining([
        ...['order.created', 'order.status_changed', 'return.created', 'return.status_changed'],
        ...['import.completed', 'feed.held'],
      ]),
    )
    expect(types.some((type) => type.startsWith('delivery.'))).toBe(true)
    for (const type of [
      'import.requested',
      'feed.changed',
      TEST_EVENT.type,
      'webhook-endpoint.changed',
    ])
      expect(isWebhookEvent(type), type).toBe(false)
  })

  it.each(EVENT_TYPES.map((one) => [one.type, one] as const))(
    '%s has an example that its schema takes, and refuses without any one of its fields',
    (_type, { schema, example }) => {
      const parser = z.fromJSONSchema(schema as never)
      expect(parser.safeParse(example).success).toBe(true)
      for (const field of schema.required ?? []) {
        const rest = Object.fromEntries(Object.entries(example).filter(([name]) => name !== field))
        expect(parser.safeParse(rest).success, field).toBe(false)
      }
    },
  )

  it('has a body for each version, the newest being the last', () => {
    expect(WEBHOOK_VERSIONS.at(-1)).toBe(NEWEST_VERSION)
    const occurredAt = new Date('2026-11-26T06:10:00Z')
    for (const version of WEBHOOK_VERSIONS)
      expect(messageBody({ type: 'order.created', occurredAt, data: { a: 1 } }, version)).toBe(
        '{"type":"order.created","timestamp":"2026-11-26T06:10:00.000Z","data":{"a":1}}',
      )
  })
})

describe('a pace', () => {
  const sendAll = (ratePerSecond: number | null, seconds: number) => {
    const pace = freshPace()
    let [now, sent] = [1_000_000, 0]
    const end = now + seconds * 1_000
    while (now < end) {
      const wait = waitMs(pace, ratePerSecond, now)
      if (wait > 0) now += wait
      else {
        spend(pace, ratePerSecond, now)
        sent++
        if (ratePerSecond === null) now += 1
      }
    }
    return sent
  }

  it.each([1, 2, 10, 50, 1_000])('of %i a second is kept over ten seconds', (rate) => {
    const sent = sendAll(rate, 10)
    expect(sent).toBeGreaterThanOrEqual(rate * 10)
    expect(sent).toBeLessThanOrEqual(rate * 10.1 + 1)
  })

  it('gives a pause back as a burst of a tenth of a second at most', () => {
    const pace = freshPace()
    let burst = 0
    while (waitMs(pace, 100, 5_000) === 0 && burst < 1_000) {
      spend(pace, 100, 5_000)
      burst++
    }
    expect(burst).toBe(11)
  })

  it('without a rate never waits', () => {
    expect(sendAll(null, 1)).toBe(1_000)
  })
})
