import {
  context,
  metrics,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Span,
  type SpanContext,
} from '@opentelemetry/api'
import type { IncomingMessage } from 'node:http'
import type { Context, MiddlewareHandler } from 'hono'
import { routePath } from 'hono/route'
import { parseTraceParent } from '../clients/tracing.ts'
import { withoutSecrets } from '../domain/without-secrets.ts'

/**
 * The server span of a request, made by hand: the HTTP auto-instrumentation halves the throughput of a cached read. It
 * continues the caller's `traceparent` and is returned as one. A request that is not sampled is counted and no more.
 */
export function traceRequests(): MiddlewareHandler {
  const { begin, durations } = instruments()

  return async function traceRequest(c, next) {
    const startedAt = performance.now()
    const span = begin(c.req.method, c.req.header('traceparent'))
    const returned = headerOf(span)
    if (returned) c.header('traceparent', returned)
    // What an unsampled request does belongs to it all the same: without the context it would start traces of its own.
    await context.with(trace.setSpan(ROOT_CONTEXT, span), next)

    const route = routeOf(c)
    if (span.isRecording()) describe(span, c, route)
    span.end()
    durations.record((performance.now() - startedAt) / 1000, {
      'http.request.method': c.req.method,
      'http.response.status_code': c.res.status,
      ...(route && { 'http.route': route }),
    })
  }
}

/**
 * The same for an answer that the app does not give: it is over when it is told of.
 * @returns the function's: what the answer says of its span
 */
export function traceAnswers() {
  const { begin, durations } = instruments()

  return function traceAnswer(
    { method = 'GET', url = '', headers }: IncomingMessage,
    { status, route }: { status: number; route: string },
    startedAt: number,
  ): { traceparent?: string } {
    const span = begin(method, headers['traceparent'])
    if (span.isRecording()) {
      span.updateName(`${method} ${route}`)
      span.setAttributes({
        'http.request.method': method,
        'http.response.status_code': status,
        'url.path': url.split('?', 1)[0]!,
        'url.scheme': 'http',
        'http.route': route,
      })
    }
    span.end()
    durations.record((performance.now() - startedAt) / 1000, {
      'http.request.method': method,
      'http.response.status_code': status,
      'http.route': route,
    })
    const returned = headerOf(span)
    return returned ? { traceparent: returned } : {}
  }
}

function instruments() {
  const tracer = trace.getTracer('yarmarka')
  const begin = (method: string, traceparent: string | string[] | undefined): Span => {
    const parent = parseTraceParent(String(traceparent ?? ''))
    const within = parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT
    return tracer.startSpan(method, { kind: SpanKind.SERVER }, within)
  }
  const durations = metrics.getMeter('yarmarka').createHistogram('http.server.request.duration', {
    description: 'How long requests took',
    unit: 's',
    advice: { explicitBucketBoundaries: SECONDS },
  })
  return { begin, durations }
}

function headerOf(span: Span): string | undefined {
  const context = span.spanContext()
  return trace.isSpanContextValid(context) ? formatted(context) : undefined
}

/** The buckets that the semantic conventions of OpenTelemetry advise. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]

const formatted = ({ traceId, spanId, traceFlags }: SpanContext) =>
  `00-${traceId}-${spanId}-0${traceFlags & TraceFlags.SAMPLED}`

/** The pattern that answered; nothing when only middleware saw the request. */
function routeOf(c: Context): string | undefined {
  const path = routePath(c, -1)
  return path.endsWith('*') ? undefined : path
}

function describe(span: Span, c: Context, route: string | undefined) {
  const { status } = c.res
  if (route) span.updateName(`${c.req.method} ${route}`)
  span.setAttributes({
    'http.request.method': c.req.method,
    'http.response.status_code': status,
    'url.path': withoutSecrets(c.req.path),
    'url.scheme': 'http',
    ...(route && { 'http.route': route }),
  })
  if (status < 500) return
  span.setAttribute('error.type', c.error?.name ?? String(status))
  span.setStatus({ code: SpanStatusCode.ERROR })
  if (c.error) span.recordException({ name: c.error.name, message: c.error.message })
}
