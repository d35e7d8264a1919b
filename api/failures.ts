import { methodNotAllowed } from 'hono/method-not-allowed'
import type { Logger } from '../clients/logger.ts'
import { withoutSecrets } from '../domain/without-secrets.ts'
import type { createRouter } from './openapi.ts'
import { answerProblem, Problem } from './problem.ts'
import { problemOf } from './problem-of.ts'

type App = ReturnType<typeof createRouter>

/** Whatever fails in `app` leaves as a problem; what is ours to mend is logged. */
export function answerFailures(app: App, log: Pick<Logger, 'error' | 'warn'>): void {
  app.notFound((c) => answerProblem(c, new Problem('not-found', versionOf(c.req.path))))
  app.onError((error, c) => {
    const problem = problemOf(error)
    const failure = {
      err: error,
      requestId: c.get('requestId'),
      method: c.req.method,
      path: withoutSecrets(c.req.path),
    }
    if (problem.code === 'internal') log.error(failure, 'answered 500')
    else if (problem.status > 500) log.warn(failure, `answered ${problem.status}`)
    return answerProblem(c, problem)
  })
}

/** Whoever asks for a version that is not served is told which one is. */
const versionOf = (path: string) => {
  const version = /^\/v(\d{1,9})\//.exec(path)?.[1]
  if (version === undefined || version === '1') return {}
  return { detail: { ru: 'Есть только версия /v1.', en: 'There is only version /v1.' } }
}

/** 405 with `Allow` where the path is served, but not by this method. */
export const refuseOtherMethods = (app: App) =>
  methodNotAllowed({
    app,
    onMethodNotAllowed: (c, methods) =>
      answerProblem(
        c,
        new Problem('method-not-allowed', { headers: { Allow: methods.join(', ') } }),
      ),
  })
