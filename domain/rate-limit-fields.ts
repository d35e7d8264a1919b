import { secondsUntil, type RatePolicy } from './token-bucket.ts'

/** A policy with what is left of it. */
export type RateState = { policy: RatePolicy; tokens: number }

/**
 * `RateLimit-Policy` and `RateLimit` as structured fields (draft-ietf-httpapi-ratelimit-headers-11): `q` requests in `w` seconds;
 * `r` of them left, all of them again in `t` seconds.
 */
export const rateLimitFields = (states: readonly RateState[]) => ({
  'RateLimit-Policy': states
    .map(({ policy: { name, quota, windowSeconds } }) => `"${name}";q=${quota};w=${windowSeconds}`)
    .join(', '),
  RateLimit: states
    .map(({ policy, tokens }) => {
      const left = Math.max(0, Math.floor(tokens))
      const seconds = Math.ceil(secondsUntil(policy, tokens, policy.quota))
      return `"${policy.name}";r=${left};t=${seconds}`
    })
    .join(', '),
})

/** Whole seconds until each of the policies has a token; at least one. */
export const retryAfterSeconds = (states: readonly RateState[]): number =>
  Math.max(1, ...states.map(({ policy, tokens }) => Math.ceil(secondsUntil(policy, tokens, 1))))
