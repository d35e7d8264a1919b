import { metrics } from '@opentelemetry/api'
import { LRUCache } from 'lru-cache'
import { createBreaker } from '../clients/cache/breaker.ts'
import type { BucketRequest, TakeTokens } from '../clients/token-buckets.ts'
import { rateLimitFields, retryAfterSeconds, type RateState } from '../domain/rate-limit-fields.ts'
import { filled, fullBucket, type Bucket, type RatePolicy } from '../domain/token-bucket.ts'
import { Problem } from './problem.ts'

/** Takes a request's tokens and gives the headers that tell of them. @throws {Problem} `too-many-requests` */
export type Limit = (request: BucketRequest) => Promise<Record<string, string>>

/** Of a seller's whole day, of one key, of one address. */
export type RatePolicies = Record<'key' | 'day' | 'address', RatePolicy>

const MOST_BUCKETS = 50_000

/**
 * Limits that all processes share through Redis. While Redis is away each process keeps buckets of its own, of the same sizes:
 * nobody is refused for it, and nobody is without a limit.
 */
export function createRateLimits(shared: TakeTokens): Limit {
  const breaker = createBreaker({ failingMs: 150, restMs: 500 })
  const own = ownBuckets()
  const refused = metrics.getMeter('yarmarka').createCounter('api.rate_limited', {
    description: 'Requests that were answered 429, by policy',
  })

  return async (request) => {
    const attempt = await breaker.attempt(() => shared(request))
    const { taken, tokens } = attempt === 'failed' ? own(request) : attempt.value
    const states = request.buckets.map(({ policy }, at) => ({ policy, tokens: tokens[at] ?? 0 }))
    if (taken) return rateLimitFields(states)
    const violated = states.filter((state) => state.tokens < 1)
    for (const { policy } of violated) refused.add(1, { policy: policy.name })
    throw tooManyRequests(states, violated)
  }
}

/** The same buckets in the memory of one process; those that were not used for longest are forgotten. */
export function ownBuckets(now = () => performance.now()) {
  const kept = new LRUCache<string, Bucket>({ max: MOST_BUCKETS })
  return ({ group, buckets }: BucketRequest): Awaited<ReturnType<TakeTokens>> => {
    const at = now()
    const held = buckets.map(({ id, policy }) => ({
      name: `${group}:${id}`,
      bucket: filled(policy, kept.get(`${group}:${id}`) ?? fullBucket(policy, at), at),
    }))
    const taken = held.every(({ bucket }) => bucket.tokens >= 1)
    const tokens = held.map(({ name, bucket }) => {
      const left = { ...bucket, tokens: bucket.tokens - (taken ? 1 : 0) }
      kept.set(name, left)
      return left.tokens
    })
    return { taken, tokens }
  }
}

const tooManyRequests = (states: readonly RateState[], violated: readonly RateState[]) => {
  const seconds = retryAfterSeconds(violated)
  return new Problem('too-many-requests', {
    detail: {
      ru: `Повторите через ${seconds} с: сколько осталось, говорит заголовок RateLimit.`,
      en: `Try again in ${seconds} s: the header RateLimit tells what is left.`,
    },
    headers: { ...rateLimitFields(states), 'Retry-After': String(seconds) },
    extensions: { violatedPolicies: violated.map(({ policy }) => policy.name) },
  })
}
