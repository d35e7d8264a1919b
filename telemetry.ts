import type { MetricReader } from '@opentelemetry/sdk-metrics'
import type { Sampler, SpanProcessor } from '@opentelemetry/sdk-trace-base'
import type { WorkflowClientInterceptor } from '@temporalio/client'
import type { OpenTelemetryPlugin } from '@temporalio/interceptors-opentelemetry-v2'
import { readFileSync } from 'node:fs'
import { register } from 'node:module'
import { basename, dirname } from 'node:path'
import { isMainThread } from 'node:worker_threads'
import { readConfig } from './config.ts'

/**
 * Preloaded by every process (`node --import ./telemetry.ts …`), so that what it instruments is loaded after it.
 * Without `OTEL_EXPORTER_OTLP_ENDPOINT` nothing is started, nothing is patched and nothing is loaded. With it traces are
 * sent, and metrics when `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT` says where to: not every receiver of traces takes them.
 */
const config = readConfig('telemetry')
// Temporal runs workflows in a thread, where Node preloads this file again.
const telemetry = isMainThread && config.OTEL_EXPORTER_OTLP_ENDPOINT ? await start() : undefined

/** Sends the spans and metrics that are left; waits 5 seconds at most, and never fails: a shutdown must not hang on telemetry. */
export async function shutdownTelemetry(): Promise<void> {
  const late = new Promise<void>((resolve) => setTimeout(resolve, 5_000).unref())
  await Promise.race([telemetry?.shutdown().catch(() => {}), late])
}

/**
 * Makes spans of workflows and activities: for `Worker.create`, `bundleWorkflowCode` and replays alike, on or off,
 * because its interceptors run inside the workflow and must be the same when a history is replayed.
 */
export async function temporalPlugin(): Promise<OpenTelemetryPlugin> {
  const [{ OpenTelemetryPlugin }, { NoopSpanProcessor }, { emptyResource }] = await Promise.all([
    import('@temporalio/interceptors-opentelemetry-v2'),
    import('@opentelemetry/sdk-trace-base'),
    import('@opentelemetry/resources'),
  ])
  return new OpenTelemetryPlugin({
    resource: telemetry?.resource ?? emptyResource(),
    spanProcessor: telemetry?.spanProcessor ?? new NoopSpanProcessor(),
  })
}

/** Hands the caller's trace to the workflows that a client starts, signals, updates and queries. */
export async function temporalClientInterceptors(): Promise<WorkflowClientInterceptor[]> {
  if (!telemetry) return []
  const { OpenTelemetryWorkflowClientInterceptor } =
    await import('@temporalio/interceptors-opentelemetry-v2')
  return [new OpenTelemetryWorkflowClientInterceptor()]
}

async function start() {
  // Without the hook, modules that are imported (not required) stay as they are: ioredis lost its spans.
  register('@opentelemetry/instrumentation/hook.mjs', import.meta.url)
  const [
    { NodeSDK },
    { BatchSpanProcessor },
    { detectResources, envDetector, resourceFromAttributes },
    { OTLPTraceExporter },
    { PgInstrumentation },
    { IORedisInstrumentation },
    { UndiciInstrumentation },
    sampler,
  ] = await Promise.all([
    import('@opentelemetry/sdk-node'),
    import('@opentelemetry/sdk-trace-base'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/instrumentation-pg'),
    import('@opentelemetry/instrumentation-ioredis'),
    import('@opentelemetry/instrumentation-undici'),
    parentOrRatio(config.TRACE_SAMPLE_RATIO),
  ])
  const resource = detectResources({ detectors: [envDetector] }).merge(
    resourceFromAttributes({
      'service.name': config.OTEL_SERVICE_NAME ?? serviceNameOf(process.argv[1]),
      'service.version': packageVersion(),
      'service.instance.id': crypto.randomUUID(),
      'process.pid': process.pid,
    }),
  )
  const spanProcessor: SpanProcessor = new BatchSpanProcessor(
    new OTLPTraceExporter({ timeoutMillis: 5_000 }),
  )
  const sdk = new NodeSDK({
    resource,
    autoDetectResources: false,
    sampler,
    spanProcessors: [spanProcessor],
    metricReaders: await metricReaders(),
    logRecordProcessors: [],
    instrumentations: [
      new PgInstrumentation({ requireParentSpan: true, ignoreConnectSpans: true }),
      new IORedisInstrumentation({ requireParentSpan: true }),
      new UndiciInstrumentation({ requireParentforSpans: true }),
    ],
  })
  sdk.start()
  return { resource, spanProcessor, shutdown: () => sdk.shutdown() }
}

/** Sends what was counted and measured, every so often and once more at the end. */
async function metricReaders(): Promise<MetricReader[]> {
  if (!config.OTEL_EXPORTER_OTLP_METRICS_ENDPOINT) return []
  const [{ PeriodicExportingMetricReader }, { OTLPMetricExporter }] = await Promise.all([
    import('@opentelemetry/sdk-metrics'),
    import('@opentelemetry/exporter-metrics-otlp-http'),
  ])
  const exportIntervalMillis = config.OTEL_METRIC_EXPORT_INTERVAL
  return [
    new PeriodicExportingMetricReader({
      exporter: new OTLPMetricExporter({ timeoutMillis: 5_000 }),
      exportIntervalMillis,
      exportTimeoutMillis: Math.min(exportIntervalMillis, 10_000),
    }),
  ]
}

/** Follows the caller's decision, else takes a share; a client call without a parent is a poll and starts no trace. */
async function parentOrRatio(ratio: number): Promise<Sampler> {
  const [{ SpanKind }, trace] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace-base'),
  ])
  const share = new trace.TraceIdRatioBasedSampler(ratio)
  return new trace.ParentBasedSampler({
    root: {
      shouldSample: (context, traceId, _name, kind) =>
        kind === SpanKind.CLIENT
          ? { decision: trace.SamplingDecision.NOT_RECORD }
          : share.shouldSample(context, traceId),
      toString: () => `share of ${ratio}, no polls`,
    },
  })
}

/** `…/api/main.ts` → `yarmarka-api` */
function serviceNameOf(entry: string | undefined): string {
  return entry ? `yarmarka-${basename(dirname(entry))}` : 'yarmarka'
}

function packageVersion(): string {
  const text = readFileSync(new URL('package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
