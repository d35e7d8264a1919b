import type { Context, TypedResponse } from 'hono'
import type { Entry } from '../../clients/cache/entry.ts'
import type { CachedPage, CacheOutcome } from '../../clients/cache/page-cache.ts'
import { ENCODINGS, type Encoding } from '../../clients/cache/representations.ts'
import { acceptedEncoding } from '../../domain/storefront/accept-encoding.ts'

/** RFC 9211. */
const CACHE_STATUS: Record<CacheOutcome, string> = {
  memory: 'yarmarka; hit; detail=memory',
  redis: 'yarmarka; hit; detail=redis',
  stale: 'yarmarka; hit; detail=stale',
  collapsed: 'yarmarka; fwd=miss; collapsed',
  stored: 'yarmarka; fwd=miss; stored',
  'not-stored': 'yarmarka; fwd=miss',
}

/** A page is right for a second; then a cache on the way shows it while it asks, and when nobody answers it. */
const CACHE_CONTROL = 'public, max-age=1, stale-while-revalidate=4, stale-if-error=300'

/** The page's bytes as they are, or 304 when the caller has them already. `Body` is what the bytes say in JSON. */
export function answerPage<Body>(
  c: Context,
  { entry, outcome }: CachedPage,
  cacheControl = CACHE_CONTROL,
): (Response & TypedResponse<Body, 200, 'json'>) | (Response & TypedResponse<null, 304, 'body'>) {
  const encoding = acceptedEncoding(c.req.header('Accept-Encoding'), ENCODINGS)
  const headers = headersOf(entry, outcome, encoding, cacheControl)
  if (isKnown(c.req.header('If-None-Match'), entry.etag)) {
    return c.body(null, 304, withoutContent(headers))
  }
  const bytes = entry.bodies[encoding] as Uint8Array<ArrayBuffer>
  return c.body(bytes, 200, headers) as unknown as Response & TypedResponse<Body, 200, 'json'>
}

export const headersOf = (
  { etag }: Pick<Entry, 'etag'>,
  outcome: CacheOutcome,
  encoding: Encoding,
  cacheControl = CACHE_CONTROL,
): Record<string, string> => ({
  ETag: tagOf(etag, encoding),
  Vary: 'Accept-Encoding',
  'Cache-Control': cacheControl,
  'Cache-Status': CACHE_STATUS[outcome],
  'Content-Type': 'application/json; charset=utf-8',
  ...(encoding !== 'identity' && { 'Content-Encoding': encoding }),
})

/** Of an answer that says only that nothing is new. */
export const withoutContent = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('Content-')))

/** Each encoding is a representation of its own, and a strong tag names one of them (RFC 9110, 8.8.3). */
const tagOf = (etag: string, encoding: Encoding) =>
  encoding === 'identity' ? `"${etag}"` : `"${etag}-${encoding}"`

/** The content is the same under every encoding, so any of its tags will do. */
export const isKnown = (ifNoneMatch: string | undefined, etag: string) =>
  ifNoneMatch !== undefined &&
  ifNoneMatch.split(',').some((tag) => {
    const plain = tag.trim().replace(/^W\//, '')
    return plain === '*' || plain.replace(/^"|(-(br|gzip))?"$/g, '') === etag
  })
