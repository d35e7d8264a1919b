import type { MiddlewareHandler } from 'hono'

export type Deprecation = {
  /** Since when it should not be used, and when it stops: at least half a year apart. */
  since: Date
  until: Date
  /** The path of what replaces it. */
  successor: string
}

const LEAST_NOTICE_MS = 180 * 24 * 3_600_000

/**
 * A route on its way out: `createRoute({ ...deprecated({ … }), middleware: [announced, requires(…)] })` says so in the OpenAPI
 * document and in each answer: `Deprecation` (RFC 9745), `Sunset` (RFC 8594) and links.
 * @throws {RangeError} for less than half a year's notice
 */
export function deprecated({ since, until, successor }: Deprecation) {
  if (until.getTime() - since.getTime() < LEAST_NOTICE_MS)
    throw new RangeError('A route is announced half a year before it goes')
  const fields = {
    Deprecation: `@${Math.floor(since.getTime() / 1000)}`,
    Sunset: until.toUTCString(),
    Link: `<${successor}>; rel="successor-version", </docs>; rel="deprecation"; type="text/html"`,
  }
  const announced: MiddlewareHandler = async function announceDeprecation(c, next) {
    for (const [name, value] of Object.entries(fields)) c.header(name, value)
    await next()
  }
  return { announced, route: { deprecated: true, description: noticeOf(until, successor) } }
}

const noticeOf = (until: Date, successor: string) =>
  `Until ${until.toISOString().slice(0, 10)}; use \`${successor}\`.`
