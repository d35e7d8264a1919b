import type { Context, TypedResponse } from 'hono'
import type { CacheOutcome, StoredPage } from '../../clients/cache/listing-cache.ts'
import { ENCODINGS, type Encoding } from '../../clients/cache/representations.ts'
import { acceptedEncoding } from '../../domain/storefront/accept-encoding.ts'

export const encodingFor = (c: Context): Encoding =>
  acceptedEncoding(c.req.header('Accept-Encoding'), ENCODINGS)

/** RFC 9211. */
const CACHE_STATUS: Record<CacheOutcome, string> = {
  hit: 'yarmarka; hit',
  stored: 'yarmarka; fwd=miss; stored',
  'not-stored': 'yarmarka; fwd=miss',
}

/** The page's bytes as they are, or 304 when the caller has them already. `Body` is what the bytes say in JSON. */
export function answerPage<Body>(
  c: Context,
  { etag, bytes, outcome }: StoredPage & { outcome: CacheOutcome },
  encoding: Encoding,
): (Response & TypedResponse<Body, 200, 'json'>) | (Response & TypedResponse<null, 304, 'body'>) {
  // Each encoding is a representation of its own, and a strong tag names one of them (RFC 9110, 8.8.3).
  const tag = encoding === 'identity' ? `"${etag}"` : `"${etag}-${encoding}"`
  const headers: Record<string, string> = {
    ETag: tag,
    Vary: 'Accept-Encoding',
    'Cache-Control': 'public, no-cache',
    'Cache-Status': CACHE_STATUS[outcome],
  }
  if (isKnown(c.req.header('If-None-Match'), etag)) return c.body(null, 304, headers)
  headers['Content-Type'] = 'application/json; charset=utf-8'
  if (encoding !== 'identity') headers['Content-Encoding'] = encoding
  return c.body(bytes as Uint8Array<ArrayBuffer>, 200, headers) as unknown as Response &
    TypedResponse<Body, 200, 'json'>
}

/** The content is the same under every encoding, so any of its tags will do. */
const isKnown = (header: string | undefined, etag: string) =>
  header !== undefined &&
  header.split(',').some((tag) => {
    const plain = tag.trim().replace(/^W\//, '')
    return plain === '*' || plain.replace(/^"|(-(br|gzip))?"$/g, '') === etag
  })
