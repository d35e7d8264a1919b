import type { RatePolicy } from '../domain/token-bucket.ts'
import { script, type RedisLike } from './cache/script.ts'

/** The buckets of one `group` lie on one node of a cluster; an `id` is unique within it. */
export type BucketRequest = {
  group: string
  buckets: readonly { id: string; policy: RatePolicy }[]
}

/** One token of each bucket, or of none when one is short; `tokens` is what each holds afterwards. */
export type TakeTokens = (request: BucketRequest) => Promise<{ taken: boolean; tokens: number[] }>

/**
 * Buckets that all processes share. The clock is that of Redis; a bucket that would be full again is forgotten.
 * @throws what Redis throws
 */
export function sharedBuckets(redis: RedisLike): TakeTokens {
  return async ({ group, buckets }) => {
    const keys = buckets.map(({ id }) => `limit:{${group}}:${id}`)
    const sizes = buckets.flatMap(({ policy }) => [policy.quota, policy.windowSeconds * 1000])
    const [taken, ...tokens] = (await take(redis, keys, sizes)) as string[]
    return { taken: taken === '1', tokens: tokens.map(Number) }
  }
}

const take = script(`
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local tokens, taken = {}, '1'
for i, key in ipairs(KEYS) do
  local quota, window = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  local kept = redis.call('HMGET', key, 'tokens', 'at')
  tokens[i] = quota
  if kept[1] then
    tokens[i] = math.min(quota, kept[1] + math.max(0, now - kept[2]) * quota / window)
  end
  if tokens[i] < 1 then taken = '0' end
end
local answer = { taken }
for i, key in ipairs(KEYS) do
  if taken == '1' then
    local quota, window = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
    tokens[i] = tokens[i] - 1
    redis.call('HSET', key, 'tokens', string.format('%.6f', tokens[i]), 'at', string.format('%.0f', now))
    redis.call('PEXPIRE', key, math.ceil((quota - tokens[i]) * window / quota) + 1)
  end
  answer[i + 1] = string.format('%.6f', tokens[i])
end
return answer
`)
