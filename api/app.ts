import { methodNotAllowed } from 'hono/method-not-allowed'
import { requestId } from 'hono/request-id'
import type { WorkflowClient } from '@temporalio/client'
import type { Kysely } from 'kysely'
import type { Logger } from '../clients/logger.ts'
import type { ObjectStore } from '../clients/object-store.ts'
import type { Database } from '../db/database.ts'
import { apiKeys } from './api-keys.ts'
import { authentication } from './auth.ts'
import { docs } from './docs.ts'
import { health, type HealthDeps } from './health.ts'
import { imports } from './imports/routes.ts'
import { limits } from './limits.ts'
import { createRouter } from './openapi.ts'
import { answerProblem, Problem } from './problem.ts'
import { problemOf } from './problem-of.ts'
import { secureHeaders } from './secure-headers.ts'
import { traceRequests } from './trace.ts'

export type ApiDeps = HealthDeps & {
  /** Connected as the role `seller`: sees rows inside `asSeller` only. */
  seller: Kysely<Database>
  /** Connected as the role `storefront`: sees what is published. */
  storefront: Kysely<Database>
  workflows: Pick<WorkflowClient, 'start' | 'executeUpdateWithStart' | 'withDeadline'>
  objectStore: Pick<ObjectStore, 'put' | 'remove'>
  maxUploadBytes: number
  log: Pick<Logger, 'error' | 'warn'>
}

const DESCRIPTION = {
  openapi: '3.1.0',
  info: {
    title: 'yarmarka',
    version: '1.0.0',
    description:
      'The backend of a multi-seller marketplace. Failures are `application/problem+json` (RFC 9457), in Russian, or in English by `Accept-Language`.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
}

export type Api = ReturnType<typeof createApp>

/** Everything that is served, in the order in which a request meets it. */
export function createApp(deps: ApiDeps) {
  const app = createRouter()
  const requires = authentication(deps.storefront)
  app.openAPIRegistry.registerComponent('securitySchemes', 'apiKey', {
    type: 'http',
    scheme: 'bearer',
    description: 'A key that begins with `mk_`',
  })

  app.use(requestId({ limitLength: 128 }), secureHeaders())
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, methods) =>
        answerProblem(
          c,
          new Problem('method-not-allowed', { headers: { Allow: methods.join(', ') } }),
        ),
    }),
  )
  app.notFound((c) => answerProblem(c, new Problem('not-found')))
  app.onError((error, c) => {
    const problem = problemOf(error)
    if (problem.status >= 500)
      deps.log[problem.code === 'internal' ? 'error' : 'warn'](
        { err: error, requestId: c.get('requestId'), method: c.req.method, path: c.req.path },
        `answered ${problem.status}`,
      )
    return answerProblem(c, problem)
  })

  // Probes come every second: they are neither traced nor counted.
  app.route('/', health(deps))
  app.use(traceRequests(), ...limits())

  return app
    .route(
      '/',
      docs(() => app.getOpenAPI31Document(DESCRIPTION)),
    )

    .route('/v1/api-keys', apiKeys({ ...deps, requires }))
    .route('/v1/imports', imports({ ...deps, requires }))
}
