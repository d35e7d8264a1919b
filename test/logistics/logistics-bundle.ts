import { createLogger } from '../../clients/logger.ts'
import { temporalPlugin } from '../../telemetry.ts'
import { workflowBundle } from '../../workers/workflow-bundle.ts'

const log = createLogger({ level: 'warn', name: 'test' })

/** For `Worker.create`: what the product's worker runs. */
export async function logisticsBundle() {
  const plugin = await temporalPlugin()
  return { plugins: [plugin], workflowBundle: await workflowBundle('logistics', [plugin], log) }
}
