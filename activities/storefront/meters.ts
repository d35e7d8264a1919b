import { metrics } from '@opentelemetry/api'

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
