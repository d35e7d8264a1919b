import {
  context,
  isSpanContextValid,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Attributes,
  type Link,
  type Span,
  type SpanContext,
} from '@opentelemetry/api'

const traceParentForm = /^(?!ff)[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(?:-|$)/

/** The SDK keeps so many links on a span and drops the rest. */
const mostLinks = 128

/** The span that a W3C `traceparent` names; nothing for one that is malformed, as the recommendation asks. */
export function parseTraceParent(traceParent: string): SpanContext | undefined {
  const [, traceId = '', spanId = '', flags = ''] = traceParentForm.exec(traceParent) ?? []
  const parent = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true }
  return isSpanContextValid(parent) ? parent : undefined
}

/** The active span as a W3C `traceparent`, to be kept with what outlives the request. */
export function currentTraceParent(): string | undefined {
  const span = trace.getActiveSpan()?.spanContext()
  if (!span || !isSpanContextValid(span)) return undefined
  const sampled = span.traceFlags & TraceFlags.SAMPLED
  return `00-${span.traceId}-${span.spanId}-0${sampled}`
}

/** Links to the spans that caused a piece of shared work: each once, the malformed and the absent left out. */
export function linkTo(traceParents: Iterable<string | null | undefined>): Link[] {
  const links: Link[] = []
  for (const traceParent of new Set(traceParents)) {
    const cause = traceParent ? parseTraceParent(traceParent) : undefined
    if (cause) links.push({ context: cause })
    if (links.length === mostLinks) break
  }
  return links
}

export type SpanSettings = {
  attributes?: Attributes
  links?: Link[]
  /** Starts a trace of its own instead of continuing the active one: for work that many traces caused. */
  root?: boolean
}

/** Runs `work` in a span that ends with it, and that tells when it failed. */
export function withSpan<T>(
  name: string,
  settings: SpanSettings,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  return trace.getTracer('yarmarka').startActiveSpan(name, settings, async (span) => {
    try {
      return await work(span)
    } catch (error) {
      const { name: type, message } = error instanceof Error ? error : new Error(String(error))
      span.recordException({ name: type, message })
      span.setStatus({ code: SpanStatusCode.ERROR, message: type })
      throw error
    } finally {
      span.end()
    }
  })
}

/** Runs `work` as a part of the trace that `traceParent` names, for instance of a request that ended long ago. */
export function inTraceOf<T>(traceParent: string | null | undefined, work: () => T): T {
  const parent = traceParent ? parseTraceParent(traceParent) : undefined
  return context.with(parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT, work)
}

/** Runs `work` outside any trace. A loop that polls would otherwise fill the trace that it was started in. */
export const untraced = <T>(work: () => T): T => context.with(ROOT_CONTEXT, work)
