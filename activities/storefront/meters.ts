import { metrics, type BatchObservableCallback, type MetricOptions } from '@opentelemetry/api'

const meter = metrics.getMeter('yarmarka')

export const drifted = meter.createCounter('yarmarka.search.drifted', {
  description:
    'Documents of Elasticsearch and pages of Redis that differed from PostgreSQL, by what was wrong with them',
})
export const repaired = meter.createCounter('yarmarka.search.drift_repaired', {
  description: 'What of them was put right in the same cycle',
})
export const driftCycles = meter.createCounter('yarmarka.search.drift_cycles', {
  description: 'Comparisons of everything with PostgreSQL, by how they ended',
})

/**
 * Goes on telling OpenTelemetry what `read` finds, by one gauge each. Nothing is read where no reader is; what cannot be read
 * now is not told.
 * @returns stops telling
 */
export function publish<Name extends string>(
  options: Record<Name, MetricOptions>,
  read: () => Promise<Record<Name, number> | undefined>,
): () => void {
  // Not the one above, which may be older than the reader.
  const meter = metrics.getMeter('yarmarka')
  const names = Object.keys(options) as Name[]
  const gauges = names.map((name) => meter.createObservableGauge(name, options[name]))
  const observe: BatchObservableCallback = async (result) => {
    const values = await read().catch(() => undefined)
    if (values) for (const [at, name] of names.entries()) result.observe(gauges[at]!, values[name])
  }
  meter.addBatchObservableCallback(observe, gauges)
  return () => meter.removeBatchObservableCallback(observe, gauges)
}
