/**
 * So many requests at once, and as many again within `windowSeconds`: a bucket of `quota` tokens that fills evenly. These are
 * `q` and `w` of the header `RateLimit-Policy`.
 */
export type RatePolicy = { name: string; quota: number; windowSeconds: number }

/** What a bucket holds; `at` is in milliseconds of any one clock. */
export type Bucket = { tokens: number; at: number }

export const fullBucket = ({ quota }: RatePolicy, at: number): Bucket => ({ tokens: quota, at })

/** The bucket at a later time. A clock that went back adds nothing. */
export function filled(
  { quota, windowSeconds }: RatePolicy,
  { tokens, at }: Bucket,
  now: number,
): Bucket {
  const gained = (Math.max(0, now - at) / 1000) * (quota / windowSeconds)
  return { tokens: Math.min(quota, tokens + gained), at: Math.max(at, now) }
}

/** How long until a bucket with so many tokens has `wanted` of them. */
export const secondsUntil = (
  { quota, windowSeconds }: RatePolicy,
  tokens: number,
  wanted: number,
): number => Math.max(0, wanted - tokens) * (windowSeconds / quota)
