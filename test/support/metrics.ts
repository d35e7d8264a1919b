import { metrics } from '@opentelemetry/api'
import { AggregationTemporality, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'

/** Collects when it is told to, what is told anew. */
class Reader extends MetricReader {
  protected onForceFlush = async () => {}
  protected onShutdown = async () => {}
}

/** Keeps the metrics of this process, of instruments that are made from now on; stop it in `afterAll`. */
export function recordMetrics() {
  const reader = new Reader({
    aggregationTemporalitySelector: () => AggregationTemporality.DELTA,
  })
  const provider = new MeterProvider({ readers: [reader] })
  metrics.setGlobalMeterProvider(provider)
  return {
    /** What was told since it was last asked, by name of the instrument. */
    async told() {
      const { resourceMetrics } = await reader.collect()
      const all = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics)
      return (name: string) =>
        all
          .filter(({ descriptor }) => descriptor.name === name)
          .flatMap(({ dataPoints }) =>
            dataPoints.map(({ attributes, value }) => ({ attributes, value })),
          )
    },
    async stop() {
      metrics.disable()
      await provider.shutdown()
    },
  }
}
