import type { MiddlewareHandler } from 'hono'

/** HSTS counts over TLS alone, which whoever ends it need not add. */
export const SECURE_HEADERS = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Strict-Transport-Security': 'max-age=31536000',
}

/** For an API that browsers should neither sniff nor frame. */
export const secureHeaders = (): MiddlewareHandler =>
  async function secureHeaders(c, next) {
    for (const [name, value] of Object.entries(SECURE_HEADERS)) c.header(name, value)
    await next()
  }
