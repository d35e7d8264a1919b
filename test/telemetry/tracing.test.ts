import { SpanStatusCode, trace } from '@opentelemetry/api'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import {
  currentTraceParent,
  inTraceOf,
  linkTo,
  parseTraceParent,
  untraced,
  withSpan,
} from '../../clients/tracing.ts'
import { recordSpans } from '../support/spans.ts'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const spanId = 'b7ad6b7169203331'
const traceParent = `00-${traceId}-${spanId}-01`

const spans = recordSpans()
afterEach(() => spans.forget())
afterAll(() => spans.stop())

describe('a traceparent', () => {
  it('names a span of another process', () => {
    expect(parseTraceParent(traceParent)).toEqual({
      traceId,
      spanId,
      traceFlags: 1,
      isRemote: true,
    })
  })

  it('of a later version may be longer', () => {
    expect(parseTraceParent(`cc-${traceId}-${spanId}-01-what-comes-later`)).toMatchObject({
      spanId,
    })
  })

  it.each([
    '',
    'junk',
    `ff-${traceId}-${spanId}-01`,
    `00-${'0'.repeat(32)}-${spanId}-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    `00-${traceId.toUpperCase()}-${spanId}-01`,
    `00-${traceId}-${spanId}`,
    `00-${traceId}-${spanId}-011`,
  ])('that is malformed names none: %j', (malformed) => {
    expect(parseTraceParent(malformed)).toBeUndefined()
  })

  it('of the active span can be kept and read back', async () => {
    await withSpan('upload', {}, async (span) => {
      const { traceId, spanId, traceFlags } = span.spanContext()
      expect(parseTraceParent(currentTraceParent() ?? '')).toEqual({
        traceId,
        spanId,
        traceFlags,
        isRemote: true,
      })
    })
  })

  it('is absent outside a trace', async () => {
    expect(currentTraceParent()).toBeUndefined()
    await withSpan('loop', {}, async () => {
      expect(untraced(currentTraceParent)).toBeUndefined()
    })
  })
})

describe('links', () => {
  it('point to each cause once and leave out what is absent or malformed', () => {
    const other = `00-${traceId}-00f067aa0ba902b7-01`
    expect(linkTo([traceParent, null, other, 'junk', undefined, traceParent])).toEqual([
      { context: parseTraceParent(traceParent) },
      { context: parseTraceParent(other) },
    ])
  })

  it('are as many as a span keeps', () => {
    const causes = Array.from(
      { length: 200 },
      (_, n) => `00-${traceId}-${(n + 1).toString(16).padStart(16, '0')}-01`,
    )
    expect(linkTo(causes)).toHaveLength(128)
  })
})

describe('a span around work', () => {
  it('continues the trace that the work belongs to', async () => {
    await inTraceOf(traceParent, () => withSpan('start the import', {}, async () => {}))
    expect(spans.finished()[0]?.spanContext().traceId).toBe(traceId)
    expect(spans.finished()[0]?.parentSpanContext?.spanId).toBe(spanId)
  })

  it('begins a trace of its own when asked, linked to its causes', async () => {
    await inTraceOf(traceParent, () =>
      withSpan('bulk', { root: true, links: linkTo([traceParent]) }, async () => {}),
    )
    const [bulk] = spans.finished()
    expect(bulk?.spanContext().traceId).not.toBe(traceId)
    expect(bulk?.parentSpanContext).toBeUndefined()
    expect(bulk?.links.map((link) => link.context.spanId)).toEqual([spanId])
  })

  it('gives the result, and its attributes to the span', async () => {
    const settings = { attributes: { documents: 2 } }
    expect(await withSpan('bulk', settings, async () => 'done')).toBe('done')
    expect(spans.finished()[0]?.attributes).toEqual({ documents: 2 })
  })

  it('fails with the error of its work and says so', async () => {
    const failure = new TypeError('no such index')
    await expect(withSpan('bulk', {}, () => Promise.reject(failure))).rejects.toBe(failure)
    const [bulk] = spans.finished()
    expect(bulk?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'TypeError' })
    expect(bulk?.events[0]?.attributes).toMatchObject({ 'exception.message': 'no such index' })
  })

  it('is the active one meanwhile', async () => {
    await withSpan('outer', {}, async (outer) => {
      expect(trace.getActiveSpan()).toBe(outer)
      await withSpan('inner', {}, async () => {})
    })
    const [inner, outer] = spans.finished()
    expect(inner?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId)
  })
})
