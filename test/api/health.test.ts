import { describe, expect, it } from 'vitest'
import { health, type Dependencies } from '../../api/health.ts'
import { answerProblem } from '../../api/problem.ts'
import { problemOf } from '../../api/problem-of.ts'

const up = async () => {}
const down = async () => {
  throw new Error('away')
}
const silent = () => new Promise<never>(() => {})

const ask = async (path: string, dependencies: Dependencies, isDraining = false) => {
  const app = health({ dependencies, isDraining: () => isDraining })
  app.onError((error, c) => answerProblem(c, problemOf(error)))
  const response = await app.request(path)
  return { status: response.status, headers: response.headers, body: await response.json() }
}

describe('/healthz', () => {
  it('is 200 while the process lives, whatever it stands on', async () => {
    expect(await ask('/healthz', { postgres: down }, true)).toMatchObject({ status: 200 })
  })
})

describe('/readyz', () => {
  it('is 200 and ready when everything is up', async () => {
    const { status, body } = await ask('/readyz', { postgres: up, redis: up })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      status: 'ready',
      dependencies: { postgres: { state: 'up' }, redis: { state: 'up' } },
    })
  })

  it('is 200 and degraded, naming what is down, when PostgreSQL alone is up', async () => {
    const { status, body } = await ask('/readyz', { postgres: up, redis: down, temporal: silent })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      status: 'degraded',
      dependencies: { redis: { state: 'down' }, temporal: { state: 'down' } },
    })
  })

  it('is 503 without PostgreSQL', async () => {
    const { status, headers, body } = await ask('/readyz', { postgres: down, redis: up })
    expect(status).toBe(503)
    expect(headers.get('Retry-After')).toBe('1')
    expect(body).toMatchObject({
      type: '/problems/unavailable',
      dependencies: { postgres: { state: 'down' }, redis: { state: 'up' } },
    })
  })

  it('is 503 while the process leaves', async () => {
    expect(await ask('/readyz', { postgres: up }, true)).toMatchObject({ status: 503 })
  })
})
