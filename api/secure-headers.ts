import type { MiddlewareHandler } from 'hono'

/** For an API that browsers should neither sniff nor frame. */
export const secureHeaders = (): MiddlewareHandler =>
  async function secureHeaders(c, next) {
    c.header('X-Content-Type-Options', 'nosniff')
    c.header('X-Frame-Options', 'DENY')
    c.header('Referrer-Policy', 'no-referrer')
    await next()
  }
