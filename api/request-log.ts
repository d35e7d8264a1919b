import type { MiddlewareHandler } from 'hono'
import type { Logger } from '../clients/logger.ts'
import { withoutSecrets } from '../domain/without-secrets.ts'
import type { ApiEnv } from './openapi.ts'

/**
 * A line for each request that shows a key, writes or fails: who did what, what came of it, how long it took. Never a body, a
 * query, a header or an address; what in a path opens a door is blotted out. Public reads are counted by metrics alone.
 */
export const requestLog = (log: Pick<Logger, 'info'>): MiddlewareHandler<ApiEnv> =>
  async function logRequest(c, next) {
    const startedAt = performance.now()
    await next()
    const actor = c.get('actor')
    const { method } = c.req
    const { status } = c.res
    const isRead = method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
    if (isRead && !actor && status < 400) return
    log.info(
      {
        requestId: c.get('requestId'),
        method,
        path: withoutSecrets(c.req.path),
        status,
        durationMs: Math.round((performance.now() - startedAt) * 10) / 10,
        ...(actor && { keyId: actor.keyId, sellerId: actor.sellerId }),
      },
      'request',
    )
  }
