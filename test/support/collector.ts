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

type Otlp = {
  resourceSpans: {
    resource: { attributes: { key: string; value: { stringValue?: string } }[] }
    scopeSpans: { spans: (Omit<CollectedSpan, 'service'> & { links?: CollectedSpan['links'] })[] }[]
  }[]
}

/** Takes spans as a collector does (OTLP over HTTP, JSON) and keeps them; close it in `afterAll`. */
export async function startCollector() {
  const spans: CollectedSpan[] = []
  const keep = ({ resourceSpans }: Otlp) => {
    for (const { resource, scopeSpans } of resourceSpans) {
      const service = resource.attributes.find(({ key }) => key === 'service.name')
      for (const span of scopeSpans.flatMap((scope) => scope.spans))
        spans.push({ ...span, links: span.links ?? [], service: service?.value.stringValue ?? '' })
    }
  }
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      keep(body as Otlp)
      response.setHeader('content-type', 'application/json').end('{}')
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return {
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_BSP_SCHEDULE_DELAY: '200',
    },
    spansOf: (traceId: string) => spans.filter((span) => span.traceId === traceId),
    linkedTo: (traceId: string) =>
      spans.filter(({ links }) => links.some((link) => link.traceId === traceId)),
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
