import type { Context, TypedResponse } from 'hono'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { CacheOutcome } from '../../clients/cache/page-cache.ts'
import { etagOf } from '../../clients/cache/representations.ts'
import { acceptedEncoding } from '../../domain/storefront/accept-encoding.ts'
import { headersOf, isKnown, withoutContent } from './answer-page.ts'

const toGzip = promisify(gzip)

/** As `answerPage` does, what was made for this caller alone, in the one encoding that he takes. */
export async function answerMade<Body>(
  c: Context,
  body: Body,
  { outcome, cacheControl }: { outcome: CacheOutcome; cacheControl: string },
): Promise<
  (Response & TypedResponse<Body, 200, 'json'>) | (Response & TypedResponse<null, 304, 'body'>)
> {
  const identity = Buffer.from(JSON.stringify(body))
  const etag = etagOf(identity)
  const encoding = acceptedEncoding(c.req.header('Accept-Encoding'), ['gzip', 'identity'])
  const headers = headersOf({ etag }, outcome, encoding, cacheControl)
  if (isKnown(c.req.header('If-None-Match'), etag))
    return c.body(null, 304, withoutContent(headers))
  const bytes = encoding === 'gzip' ? await toGzip(identity) : identity
  return c.body(bytes as Uint8Array<ArrayBuffer>, 200, headers) as unknown as Response &
    TypedResponse<Body, 200, 'json'>
}
