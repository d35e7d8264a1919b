import { WorkflowNotFoundError } from '@temporalio/common'
import { ServiceError, WorkflowUpdateFailedError } from '@temporalio/client'
import { createRoute, z } from '@hono/zod-openapi'
import { describe, expect, it } from 'vitest'
import { createRouter, json, jsonBody, problems } from '../../api/openapi.ts'
import { answerProblem, notFound, Problem } from '../../api/problem.ts'
import { problemOf } from '../../api/problem-of.ts'
import { testApp } from './app.ts'

const Order = z.strictObject({
  name: z.string().min(2),
  lines: z.array(z.strictObject({ quantity: z.int().positive() })),
})

const router = createRouter()
router.onError((error, c) => answerProblem(c, problemOf(error)))
router.openapi(
  createRoute({
    method: 'post',
    path: '/orders',
    request: jsonBody(Order),
    responses: { 200: json(z.object({}), 'Taken'), ...problems(400) },
  }),
  (c) => c.json({}, 200),
)
router.get('/gone', () => {
  throw notFound({ ru: 'Нет такого.', en: 'No such thing.' })
})

const post = (body: string, headers: Record<string, string> = {}) =>
  router.request('/orders', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body,
  })

describe('a problem', () => {
  it('has its type, title, status, detail and instance, in Russian', async () => {
    const response = await router.request('/gone')
    expect(response.status).toBe(404)
    expect(response.headers.get('Content-Type')).toContain('application/problem+json')
    expect(response.headers.get('Content-Language')).toBe('ru')
    expect(await response.json()).toEqual({
      type: '/problems/not-found',
      title: 'Не найдено',
      status: 404,
      detail: 'Нет такого.',
      instance: '/gone',
    })
  })

  it.each([
    ['en', 'No such thing.'],
    ['en-GB,en;q=0.9', 'No such thing.'],
    ['de, en;q=0.5', 'No such thing.'],
    ['ru-RU, en;q=0.9', 'Нет такого.'],
    ['en;q=0, ru', 'Нет такого.'],
    ['*', 'Нет такого.'],
    [';;q=,en;q=x', 'Нет такого.'],
  ])('answers Accept-Language "%s" with "%s"', async (header, detail) => {
    const response = await router.request('/gone', { headers: { 'Accept-Language': header } })
    expect(await response.json()).toMatchObject({ detail })
  })

  it('names every field that is wrong, absent or unknown', async () => {
    const response = await post(JSON.stringify({ lines: [{ quantity: 0, colour: 'red' }] }))
    expect(response.status).toBe(400)
    const { errors } = (await response.json()) as { errors: unknown }
    expect(errors).toEqual([
      { path: 'name', message: 'обязательное поле' },
      { path: 'lines.0.quantity', message: 'больше 0' },
      { path: 'lines.0.colour', message: 'неизвестное поле' },
    ])
  })

  it('is 400 for JSON that does not parse', async () => {
    const response = await post('{"name":')
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ type: '/problems/malformed-body' })
  })

  it('is 415 for another media type', async () => {
    const response = await post('<order/>', { 'Content-Type': 'application/xml' })
    expect(response.status).toBe(415)
  })
})

describe('a foreign error', () => {
  const pgError = (code: string) => Object.assign(new Error('pg'), { code })

  it.each([
    ['a workflow that is not there', new WorkflowNotFoundError('no', 'id', undefined), 404],
    ['a refused update', new WorkflowUpdateFailedError('no', new Error()), 409],
    ['Temporal away', new ServiceError('unavailable'), 503],
    ['PostgreSQL refusing connections', pgError('ECONNREFUSED'), 503],
    ['PostgreSQL shutting down', pgError('57P01'), 503],
    ['PostgreSQL without connections left', pgError('53300'), 503],
    ['a pool without connections', new Error('timeout exceeded when trying to connect'), 503],
    ['a connection that broke', new Error('Connection terminated unexpectedly'), 503],
    ['several addresses refusing', new AggregateError([pgError('ECONNREFUSED')]), 503],
    ['the object store failing', Object.assign(new Error('s3'), { $fault: 'server' }), 503],
    ['a statement that took too long', pgError('57014'), 504],
    ['a character that cannot be kept', pgError('22021'), 400],
    ['a date of ours that cannot be kept', pgError('22008'), 500],
    ['a date of ours that is none', pgError('22007'), 500],
    ['a violated constraint', pgError('23505'), 500],
    ['a bug', new TypeError('x is not a function'), 500],
  ])('is told as it is: %s', (_name, error, status) => {
    const problem = problemOf(error)
    expect(problem.status).toBe(status)
    if (status === 503) expect(problem.options.headers).toHaveProperty('Retry-After')
  })
})

describe('the app', () => {
  it('answers 404 for a path that is not there', async () => {
    const response = await testApp().app.request('/nowhere')
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ type: '/problems/not-found' })
  })

  it('answers 405 with Allow for a method that is not there', async () => {
    const response = await testApp().app.request('/v1/imports', { method: 'PATCH' })
    expect(response.status).toBe(405)
    expect(response.headers.get('Allow')).toBe('POST, GET, HEAD')
    expect(await response.json()).toMatchObject({ type: '/problems/method-not-allowed' })
  })

  it('answers 413 for more JSON than a megabyte, however it is sent', async () => {
    const { app } = testApp()
    const body = JSON.stringify({ name: 'x'.repeat(1024 ** 2) })
    const streamed = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(body))
        controller.close()
      },
    })
    for (const sent of [body, streamed]) {
      const response = await app.request('/v1/api-keys', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: sent,
        duplex: 'half',
      } as RequestInit)
      expect(response.status).toBe(413)
    }
  })

  it('never shows the message of a 500, but logs it', async () => {
    const { app, logged } = testApp()
    app.get('/bug', () => {
      throw new TypeError('the secret is 42')
    })
    const response = await app.request('/bug')
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('42')
    expect(logged).toEqual([
      { level: 'error', message: 'answered 500', err: new TypeError('the secret is 42') },
    ])
  })

  it('gives every answer an id and safe headers, and takes the id of the caller', async () => {
    const { app } = testApp()
    const given = await app.request('/nowhere', { headers: { 'X-Request-Id': 'order-42' } })
    expect(given.headers.get('X-Request-Id')).toBe('order-42')
    expect(given.headers.get('X-Content-Type-Options')).toBe('nosniff')
    for (const bad of ['x'.repeat(129), 'a b', 'a"b']) {
      const made = await app.request('/nowhere', { headers: { 'X-Request-Id': bad } })
      expect(made.headers.get('X-Request-Id')).toMatch(/^[0-9a-f-]{36}$/)
    }
  })
})

it('a problem is an error with the English text for the logs', () => {
  expect(new Problem('forbidden').message).toBe('The key does not permit this')
})
