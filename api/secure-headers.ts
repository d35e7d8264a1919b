import type { MiddlewareHandler } from 'hono'

export const SECURE_HEADERS = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
}

/** For an API that browsers should neither sniff nor frame. */
export const secureHeaders = (): MiddlewareHandler =>
  async function secureHeaders(c, next) {
    for (const [name, value] of Object.entries(SECURE_HEADERS)) c.header(name, value)
    await next()
  }
