import { endChild } from './children.ts'
import { goProgram } from './go-program.ts'
import type { Part, StartContext } from './part.ts'
import { findProgram } from './run-program.ts'

const version = 'v1.62.0'

/** Traces in memory: OTLP in, the query API out. */
export const jaegerPart: Part = {
  name: 'jaeger',
  title: 'Jaeger',
  urlVariable: 'OTEL_EXPORTER_OTLP_ENDPOINT',

  async obtain(context) {
    const installed = await findProgram(['jaeger-all-in-one'])
    if (installed) return { programs: { jaeger: installed }, source: 'installed' }
    const jaeger = await goProgram(context, {
      program: 'jaeger-all-in-one',
      module: 'github.com/jaegertracing/jaeger',
      version,
      package: 'github.com/jaegertracing/jaeger/cmd/all-in-one',
      // The version that Jaeger asks for was withdrawn.
      replace: 'github.com/Shopify/sarama => github.com/Shopify/sarama v1.33.0',
      about: '2 min',
    })
    return { programs: { jaeger }, source: `Go, Jaeger ${version}` }
  },

  announce,

  async start({ programs }, context) {
    const listen = async (purpose: string, usual: number) =>
      `127.0.0.1:${await context.port(purpose, usual)}`
    const admin = await listen('jaeger-admin', 14269)
    const child = await context.spawn(programs.jaeger!, [
      ...['--memory.max-traces', '20000', '--log-level', 'warn'],
      ...['--collector.otlp.http.host-port', await listen('otlp-http', 4318)],
      ...['--collector.otlp.grpc.host-port', await listen('otlp-grpc', 4317)],
      ...['--query.http-server.host-port', await listen('jaeger', 16686)],
      ...['--query.grpc-server.host-port', await listen('jaeger-query-grpc', 16685)],
      ...['--admin.http.host-port', admin],
      ...['--collector.grpc-server.host-port', await listen('jaeger-grpc', 14250)],
      ...['--collector.http-server.host-port', await listen('jaeger-http', 14268)],
      ...['--http-server.host-port', await listen('jaeger-agent', 5778)],
      ...['--processor.jaeger-compact.server-host-port', '127.0.0.1:0'],
      ...['--processor.jaeger-binary.server-host-port', '127.0.0.1:0'],
      ...['--processor.zipkin-compact.server-host-port', '127.0.0.1:0'],
    ])
    await context.healthy(child, async () => {
      const answer = await fetch(`http://${admin}/`, { signal: AbortSignal.timeout(2000) })
      if (!answer.ok) throw new Error(`health answers ${answer.status}`)
    })
    return {
      child,
      ...(await announce(context)),
      // It waits for idle connections to close, and has nothing to save: its traces are in memory.
      stop: () => endChild(child, 'SIGTERM', 1000),
    }
  },
}

/** The addresses are settled before the program is there: processes send traces without waiting for it. */
async function announce({ port }: Pick<StartContext, 'port'>) {
  const otlp = `http://127.0.0.1:${await port('otlp-http', 4318)}`
  const query = `http://127.0.0.1:${await port('jaeger', 16686)}`
  return {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: otlp, JAEGER_URL: query },
    addresses: [
      { what: 'Jaeger', url: query },
      { what: 'OTLP (traces in)', url: otlp },
    ],
  }
}
