import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'

export type CollectedSpan = {
  service: string
  name: string
  traceId: string
  spanId: string
  parentSpanId?: string
  links: { traceId: string; spanId: string }[]
}

type OtlpMetrics = {
  resourceMetrics: { scopeMetrics: { metrics: { name: string }[] }[] }[]
}
type OtlpSpans = {
  resourceSpans: {
    resource: { attributes: { key: string; value: { stringValue?: string } }[] }
    scopeSpans: { spans: (Omit<CollectedSpan, 'service'> & { links?: CollectedSpan['links'] })[] }[]
  }[]
}

/** Takes spans and metrics as a collector does (OTLP over HTTP, JSON) and keeps them; close it in `afterAll`. */
export async function startCollector() {
  const spans: CollectedSpan[] = []
  const metrics = new Map<string, object>()
  const keepMetrics = ({ resourceMetrics }: OtlpMetrics) => {
    for (const { scopeMetrics } of resourceMetrics)
      for (const metric of scopeMetrics.flatMap((scope) => scope.metrics))
        metrics.set(metric.name, metric)
  }
  const keepSpans = ({ resourceSpans }: OtlpSpans) => {
    for (const { resource, scopeSpans } of resourceSpans) {
      const service = resource.attributes.find(({ key }) => key === 'service.name')
      for (const span of scopeSpans.flatMap((scope) => scope.spans))
        spans.push({ ...span, links: span.links ?? [], service: service?.value.stringValue ?? '' })
    }
  }
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      if (request.url === '/v1/metrics') keepMetrics(body as OtlpMetrics)
      else keepSpans(body as OtlpSpans)
      response.setHeader('content-type', 'application/json').end('{}')
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return {
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_BSP_SCHEDULE_DELAY: '200',
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `http://127.0.0.1:${port}/v1/metrics`,
      OTEL_METRIC_EXPORT_INTERVAL: '500',
    },
    spansOf: (traceId: string) => spans.filter((span) => span.traceId === traceId),
    linkedTo: (traceId: string) =>
      spans.filter(({ links }) => links.some((link) => link.traceId === traceId)),
    /** As it came last. */
    metric: (name: string) => metrics.get(name),
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
