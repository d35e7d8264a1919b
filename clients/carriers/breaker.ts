import { createBreaker } from '../cache/breaker.ts'
import { script, type RedisLike } from '../cache/script.ts'
import { createLocalBreaker } from './local-breaker.ts'

export type BreakerRules = {
  /** It opens after so many failures within so long, where at least as many failed as did not. */
  failures: number
  windowMs: number
  /** Nobody passes for so long; then one does, and what becomes of it decides. */
  restMs: number
  /** A probe of which nothing is heard counts no longer. */
  probeMs: number
}

export const usualRules: BreakerRules = {
  ...{ failures: 5, windowMs: 30_000 },
  ...{ restMs: 10_000, probeMs: 40_000 },
}

export type Pass = 'pass' | 'probe'
export type Entry = { outcome: Pass } | { outcome: 'open'; retryAfterMs: number }
/** `none`: it says nothing of how the carrier does. */
export type Result = 'ok' | 'failed' | 'none'

/** A fuse for each carrier and operation. */
export type CarrierBreaker = {
  enter(key: string): Promise<Entry>
  /** What became of what had entered. */
  settle(key: string, pass: Pass, result: Result): Promise<void>
  /** Whether nobody would pass now; asking changes nothing, and is no probe. */
  isOpen(key: string): Promise<boolean>
}

/** Redis is not asked for so long when it has not answered for that long. */
const REDIS_AWAY_MS = 1_000
const FORGET_MS = 10 * 60_000

/**
 * Shared by all processes in Redis, by its clock. Each process keeps one of its own beside it, which decides while Redis
 * is away: it is never an error.
 */
export function createCarrierBreaker(
  redis: RedisLike | undefined,
  rules: BreakerRules = usualRules,
): CarrierBreaker {
  const own = createLocalBreaker(rules)
  if (!redis) return own
  const patience = createBreaker({ failingMs: REDIS_AWAY_MS, restMs: REDIS_AWAY_MS })
  return {
    async enter(key) {
      const told = await patience.attempt(() =>
        enter(redis, [keyOf(key)], [rules.probeMs, FORGET_MS]),
      )
      if (told === 'failed') return own.enter(key)
      const [outcome, ms] = told.value as [string, string]
      if (outcome === 'open') return { outcome, retryAfterMs: Number(ms) }
      return { outcome: outcome === 'probe' ? 'probe' : 'pass' }
    },
    async isOpen(key) {
      const told = await patience.attempt(() => look(redis, [keyOf(key)], []))
      return told === 'failed' ? own.isOpen(key) : told.value === 1
    },
    async settle(key, pass, result) {
      const { failures, windowMs, restMs } = rules
      await patience.attempt(() =>
        settle(redis, [keyOf(key)], [pass, result, failures, windowMs, restMs, FORGET_MS]),
      )
      await own.settle(key, pass, result)
    },
  }
}

const keyOf = (key: string) => `breaker:{${key}}`

const clock = `
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
`

const enter = script(`${clock}
local open, probe = unpack(redis.call('HMGET', KEYS[1], 'openUntil', 'probeUntil'))
if not open then return { 'pass', '0' } end
local wait = math.max(open - now, (probe or 0) - now)
if wait > 0 then return { 'open', string.format('%.0f', wait) } end
redis.call('HSET', KEYS[1], 'probeUntil', string.format('%.0f', now + ARGV[1]))
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return { 'probe', '0' }
`)

const look = script(`${clock}
local open, probe = unpack(redis.call('HMGET', KEYS[1], 'openUntil', 'probeUntil'))
return open and math.max(open - now, (probe or 0) - now) > 0 and 1 or 0
`)

const settle = script(`${clock}
local pass, result = ARGV[1], ARGV[2]
local failures, window, rest, forget = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6]
local function open()
  redis.call('HSET', KEYS[1], 'openUntil', string.format('%.0f', now + rest))
  redis.call('HDEL', KEYS[1], 'probeUntil', 'since', 'ok', 'failed')
end
if pass == 'probe' then
  if result == 'ok' then return redis.call('DEL', KEYS[1]) end
  if result == 'failed' then open() else redis.call('HDEL', KEYS[1], 'probeUntil') end
elseif result ~= 'none' then
  local kept = redis.call('HMGET', KEYS[1], 'openUntil', 'since')
  if kept[1] then return 0 end
  if not kept[2] or now - kept[2] > window then
    redis.call('HSET', KEYS[1], 'since', string.format('%.0f', now), 'ok', 0, 'failed', 0)
  end
  redis.call('HINCRBY', KEYS[1], result, 1)
  local counts = redis.call('HMGET', KEYS[1], 'ok', 'failed')
  local ok, failed = tonumber(counts[1]), tonumber(counts[2])
  if failed >= failures and failed >= ok then open() end
end
redis.call('PEXPIRE', KEYS[1], forget)
return 0
`)
