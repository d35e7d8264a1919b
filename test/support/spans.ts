import { context, propagation, trace } from '@opentelemetry/api'
import { NodeSDK } from '@opentelemetry/sdk-node'
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base'

/** Starts tracing in this process and keeps what is finished; stop it in `afterAll`. */
export function recordSpans(): {
  finished(): ReadableSpan[]
  forget(): void
  stop(): Promise<void>
} {
  const exporter = new InMemorySpanExporter()
  const sdk = new NodeSDK({
    spanProcessors: [new SimpleSpanProcessor(exporter)],
    autoDetectResources: false,
    metricReaders: [],
    logRecordProcessors: [],
  })
  sdk.start()
  return {
    finished: () => exporter.getFinishedSpans(),
    forget: () => exporter.reset(),
    async stop() {
      await sdk.shutdown()
      // What it registered stays registered: the next file of this process could not start its own.
      for (const api of [trace, context, propagation]) api.disable()
    },
  }
}
