import { createLogger } from '../clients/logger.ts'
import { temporalPlugin } from '../telemetry.ts'
import { workflowBundle } from '../workers/workflow-bundle.ts'

/** Makes the workers' bundles ahead of their start, for an image. */
const log = createLogger({ level: 'warn', name: 'bundle-workflows' })
const plugin = await temporalPlugin()
for (const domain of ['integrations', 'logistics', 'orders', 'storefront']) {
  const { code } = await workflowBundle(domain, [plugin], log)
  console.log(`${domain}: ${Math.round(code.length / 1024)} kB`)
}
