import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { createCarrierBreaker, type BreakerRules } from '../../clients/carriers/breaker.ts'
import { freshRedis, type TestRedis } from '../support/redis.ts'
import { until } from '../support/until.ts'

const rules: BreakerRules = { failures: 3, windowMs: 10_000, restMs: 60, probeMs: 60_000 }
let testRedis: TestRedis
let key: string
let count = 0

beforeAll(async () => {
  testRedis = await freshRedis()
})
beforeEach(() => {
  key = `cdek@host${++count}:book`
})
afterAll(() => testRedis.close())

const breakerOf = (redis: Redis, own: BreakerRules = rules) => createCarrierBreaker(redis, own)
type Breaker = ReturnType<typeof breakerOf>
const fail = async (breaker: Breaker, times: number) => {
  for (let time = 0; time < times; time++) await breaker.settle(key, 'pass', 'failed')
}
const outcome = async (breaker: Breaker) => (await breaker.enter(key)).outcome

it('opens for all processes by the failures of any', async () => {
  const long = { ...rules, restMs: 60_000 }
  const [one, other] = [breakerOf(testRedis.redis, long), breakerOf(testRedis.redis, long)]
  await fail(one, 2)
  expect(await outcome(other)).toBe('pass')
  await fail(other, 1)
  const entry = await one.enter(key)
  expect(entry.outcome === 'open' && entry.retryAfterMs).toBeGreaterThan(50_000)
  expect(await outcome(other)).toBe('open')
})

it('lets exactly one of all through after its rest, and closes by it', async () => {
  const breakers = Array.from({ length: 4 }, () => breakerOf(testRedis.redis))
  await fail(breakers[0]!, 3)
  const passed: string[] = []
  await until(async () => {
    passed.push(...(await Promise.all(breakers.map(outcome))))
    return passed.includes('probe')
  })
  passed.push(...(await Promise.all(breakers.map(outcome))))
  expect(passed.filter((one) => one !== 'open')).toEqual(['probe'])
  await breakers[1]!.settle(key, 'probe', 'ok')
  expect(await Promise.all(breakers.map(outcome))).toEqual(['pass', 'pass', 'pass', 'pass'])
})

it('tells all processes whether it is open, and is no probe', async () => {
  const [one, other] = [breakerOf(testRedis.redis), breakerOf(testRedis.redis)]
  expect(await other.isOpen(key)).toBe(false)
  await fail(one, 3)
  expect(await other.isOpen(key)).toBe(true)
  await until(async () => !(await other.isOpen(key)))
  expect(await outcome(one)).toBe('probe')
  expect(await other.isOpen(key)).toBe(true)
})

it('rests again when the one through fails, and frees its place when it says nothing', async () => {
  const breaker = breakerOf(testRedis.redis)
  await fail(breaker, 3)
  const probe = () => until(async () => (await outcome(breaker)) === 'probe')
  await probe()
  await breaker.settle(key, 'probe', 'none')
  expect(await outcome(breaker)).toBe('probe')
  await breaker.settle(key, 'probe', 'failed')
  expect(await outcome(breaker)).toBe('open')
  await probe()
})

it('counts successes against failures, and leaves nothing for ever', async () => {
  const breaker = breakerOf(testRedis.redis)
  for (let time = 0; time < 4; time++) await breaker.settle(key, 'pass', 'ok')
  await fail(breaker, 3)
  expect(await outcome(breaker)).toBe('pass')
  await fail(breaker, 1)
  expect(await outcome(breaker)).toBe('open')
  expect(await testRedis.redis.pttl(`breaker:{${key}}`)).toBeGreaterThan(0)
})

it('is each process’s own while Redis is away', async () => {
  const away = new Redis({ port: 1, enableOfflineQueue: false, retryStrategy: () => null })
  away.on('error', () => {})
  const [one, other] = [breakerOf(away), breakerOf(away)]
  await fail(one, 3)
  expect(await outcome(one)).toBe('open')
  expect(await outcome(other)).toBe('pass')
  expect([await one.isOpen(key), await other.isOpen(key)]).toEqual([true, false])
  away.disconnect()
})
