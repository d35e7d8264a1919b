import { describe, expect, it } from 'vitest'
import { callerOf, clientAddress } from '../../api/client-address.ts'
import { createRateLimits, ownBuckets } from '../../api/rate-limits.ts'
import { rateLimitFields, retryAfterSeconds } from '../../domain/rate-limit-fields.ts'
import { testApp } from './app.ts'

const policy = { name: 'key', quota: 10, windowSeconds: 5 }
const request = { group: 'seller-1', buckets: [{ id: 'key:a', policy }] }

describe('a bucket', () => {
  it('gives its quota at once, then as much as has come since', () => {
    let now = 0
    const take = ownBuckets(() => now)
    const takeAll = () => {
      let taken = 0
      while (take(request).taken) taken++
      return taken
    }
    expect(takeAll()).toBe(10)
    now += 1_000
    expect(takeAll()).toBe(2)
    now += 3_600_000
    expect(takeAll()).toBe(10)
    now -= 3_600_000
    expect(takeAll()).toBe(0)
  })

  it('loses nothing when another bucket of the request is empty', () => {
    const take = ownBuckets(() => 0)
    const day = { ...policy, name: 'day', quota: 2 }
    const both = { group: 'g', buckets: [...request.buckets, { id: 'day', policy: day }] }
    for (let times = 0; times < 6; times++) take(both)
    expect(take(both)).toEqual({ taken: false, tokens: [8, 0] })
  })
})

describe('the headers', () => {
  const states = [
    { policy, tokens: 7.9 },
    { policy: { name: 'day', quota: 100, windowSeconds: 86_400 }, tokens: 0.5 },
  ]
  it('are structured fields of the draft', () => {
    expect(rateLimitFields(states)).toEqual({
      'RateLimit-Policy': '"key";q=10;w=5, "day";q=100;w=86400',
      RateLimit: '"key";r=7;t=2, "day";r=0;t=85968',
    })
  })
  it('ask to wait until the emptiest has a token', () => {
    expect(retryAfterSeconds(states)).toBe(432)
    expect(retryAfterSeconds([{ policy, tokens: 0.99 }])).toBe(1)
  })
})

describe('while Redis is away', () => {
  it('each process limits by itself, and asks Redis no more than now and then', async () => {
    let asked = 0
    const limit = createRateLimits(async () => {
      asked++
      await new Promise((resolve) => setTimeout(resolve, 60))
      throw new Error('Redis is away')
    })
    for (let times = 0; times < 10; times++)
      expect(await limit(request)).toMatchObject({ 'RateLimit-Policy': '"key";q=10;w=5' })
    expect(asked).toBeLessThan(10)
    const small = {
      group: 'g',
      buckets: [{ id: 'b', policy: { ...policy, quota: 1, windowSeconds: 1000 } }],
    }
    await limit(small)
    await expect(limit(small)).rejects.toMatchObject({ status: 429 })
  })
})

describe('whom a request comes from', () => {
  const addressOf = clientAddress({ trustedProxies: ['10.0.0.0/8'] })
  it.each([
    ['203.0.113.5', '198.51.100.1', '203.0.113.5'],
    ['10.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['::ffff:10.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['10.0.0.1', '192.0.2.9, 198.51.100.1, 10.0.0.2', '198.51.100.1'],
    ['10.0.0.1', 'forged\u0000, 10.0.0.2', '10.0.0.2'],
    ['10.0.0.1', undefined, '10.0.0.1'],
  ])('of %s saying %s it is %s', (peer, forwarded, expected) => {
    expect(addressOf(peer, forwarded)).toBe(expected)
  })
  it('an IPv6 subscriber is one caller, whatever address it takes', () => {
    expect(callerOf('2001:db8:1:2::5')).toBe(callerOf('2001:db8:1:2:ffff::9'))
    expect(callerOf('2001:db8:1:3::5')).not.toBe(callerOf('2001:db8:1:2::5'))
    expect(callerOf('::ffff:192.0.2.1')).toBe(callerOf('192.0.2.1'))
  })
})

describe('the limit of an address', () => {
  const one = { name: 'address', quota: 3, windowSeconds: 3600 }
  const { app } = testApp(
    {},
    {
      rates: {
        limit: createRateLimits(async (request) => take(request)),
        policies: { address: one, key: one, day: one },
        uncountedNetworks: ['127.0.0.0/8'],
        trustedProxies: [],
      },
    },
  )
  const take = ownBuckets()
  const from = (remoteAddress: string, headers: Record<string, string> = {}) =>
    app.request('/v1/nothing', { headers }, { incoming: { socket: { remoteAddress } } })

  it('is 429 with what is left and when to come again, whatever X-Forwarded-For says', async () => {
    for (const left of [2, 1, 0]) {
      const { status, headers } = await from('192.0.2.1')
      expect([status, headers.get('RateLimit')]).toEqual([
        404,
        expect.stringContaining(`;r=${left};`),
      ])
    }
    const response = await from('192.0.2.1', { 'X-Forwarded-For': '192.0.2.77' })
    expect(response.status).toBe(429)
    expect(Number(response.headers.get('Retry-After'))).toBeGreaterThan(1_000)
    expect(response.headers.get('RateLimit-Policy')).toBe('"address";q=3;w=3600')
    expect(await response.json()).toMatchObject({
      type: '/problems/too-many-requests',
      violatedPolicies: ['address'],
    })
    expect((await from('192.0.2.2')).status).toBe(404)
  })

  it('does not count networks that are left out', async () => {
    for (let times = 0; times < 5; times++) {
      const response = await from('::ffff:127.0.0.1')
      expect(response.status).toBe(404)
      expect(response.headers.get('RateLimit')).toBeNull()
    }
  })
})
