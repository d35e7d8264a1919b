import { trace } from '@opentelemetry/api'
import { Hono } from 'hono'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { traceRequests } from '../../api/trace.ts'
import { currentTraceParent } from '../../clients/tracing.ts'
import { recordSpans } from '../support/spans.ts'

const spans = recordSpans()
beforeEach(() => spans.forget())
afterAll(() => spans.stop())

const app = new Hono()
  .use(traceRequests())
  .get('/v1/imports/:id', (c) => c.json({ traceParent: currentTraceParent() }))
  .get('/bug', () => {
    throw new TypeError('no')
  })
app.onError((_error, c) => c.text('no', 500))

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const ask = (path: string, traceparent?: string) =>
  app.request(path, { headers: traceparent ? { traceparent } : {} })

describe('a traced request', () => {
  it('has a server span named by its route', async () => {
    await ask('/v1/imports/42')
    const [span] = spans.finished()
    expect(span?.name).toBe('GET /v1/imports/:id')
    expect(span?.attributes).toMatchObject({
      'http.request.method': 'GET',
      'http.route': '/v1/imports/:id',
      'http.response.status_code': 200,
      'url.path': '/v1/imports/42',
    })
  })

  it('continues the trace of the caller and returns its own place in it', async () => {
    const response = await ask('/v1/imports/42', `00-${TRACE}-00f067aa0ba902b7-01`)
    const [span] = spans.finished()
    const { traceId, spanId } = span!.spanContext()
    expect(traceId).toBe(TRACE)
    expect(span?.parentSpanContext?.spanId).toBe('00f067aa0ba902b7')
    expect(response.headers.get('traceparent')).toBe(`00-${TRACE}-${spanId}-01`)
    expect(await response.json()).toEqual({ traceParent: `00-${TRACE}-${spanId}-01` })
  })

  it('starts a trace of its own for a malformed traceparent', async () => {
    const response = await ask('/v1/imports/42', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`)
    expect(response.headers.get('traceparent')).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
    expect(response.headers.get('traceparent')).not.toContain('0'.repeat(32))
  })

  it('makes no span when the caller did not sample it, and keeps its trace all the same', async () => {
    const response = await ask('/v1/imports/42', `00-${TRACE}-00f067aa0ba902b7-00`)
    expect(spans.finished()).toEqual([])
    expect(response.headers.get('traceparent')).toMatch(new RegExp(`^00-${TRACE}-\\w{16}-00$`))
  })

  it('has the error of a 500', async () => {
    await ask('/bug')
    const [span] = spans.finished()
    expect(span?.status.code).toBe(2)
    expect(span?.attributes['error.type']).toBe('TypeError')
    expect(span?.events[0]?.attributes).toMatchObject({ 'exception.message': 'no' })
  })

  it('is named by its method alone when no route took it', async () => {
    await ask('/nowhere')
    expect(spans.finished()[0]?.name).toBe('GET')
  })

  it('is not left active after it', async () => {
    await ask('/v1/imports/42')
    expect(trace.getActiveSpan()).toBeUndefined()
  })
})
