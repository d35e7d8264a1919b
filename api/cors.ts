import type { MiddlewareHandler } from 'hono'
import { isPublicRead } from './public-routes.ts'

export type CorsOptions = {
  /** Whose pages may call with a key; a key in a browser is its user's to see. */
  allowedOrigins: readonly string[]
}

const EXPOSED =
  'ETag, Location, Retry-After, RateLimit, RateLimit-Policy, Deprecation, Sunset, Link, X-Request-Id'
const MAY_ASK_AGAIN_AFTER_SECONDS = '600'

/** What an answer that anybody may read says to a browser, whoever asks: the same for all, so that it can be cached. */
export const PUBLIC_READ_HEADERS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'ETag, Retry-After, X-Request-Id',
}

/**
 * Pages of any origin may read what is public; what wants a key is for the origins that are named, without cookies in either
 * case. A preflight is answered here.
 */
export function cors({ allowedOrigins }: CorsOptions): MiddlewareHandler {
  const allowed = new Set(allowedOrigins)

  return async function answerOrigin(c, next) {
    const origin = c.req.header('Origin')
    const asked =
      c.req.method === 'OPTIONS' ? c.req.header('Access-Control-Request-Method') : undefined
    const isPublic = isPublicRead(asked ?? c.req.method, c.req.path)
    if (isPublic)
      for (const [name, value] of Object.entries(PUBLIC_READ_HEADERS)) c.header(name, value)
    else if (origin !== undefined) {
      c.header('Vary', 'Origin', { append: true })
      if (allowed.has(origin)) {
        c.header('Access-Control-Allow-Origin', origin)
        c.header('Access-Control-Expose-Headers', EXPOSED)
      }
    }
    if (origin === undefined || asked === undefined) return next()

    if (isPublic || allowed.has(origin)) {
      c.header('Access-Control-Allow-Methods', isPublic ? 'GET, HEAD' : METHODS)
      c.header('Access-Control-Allow-Headers', ALLOWED)
      c.header('Access-Control-Max-Age', MAY_ASK_AGAIN_AFTER_SECONDS)
    }
    return c.body(null, 204)
  }
}

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE'
const ALLOWED =
  'Authorization, Content-Type, Idempotency-Key, If-None-Match, Accept-Language, X-Request-Id, traceparent'
