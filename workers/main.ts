import { NativeConnection, Runtime, Worker } from '@temporalio/worker'
import { setTimeout as pause } from 'node:timers/promises'
import { createLogger, temporalLogger, type Logger } from '../clients/logger.ts'
import { connectTemporal } from '../clients/temporal.ts'
import { readConfigOrExit } from '../config.ts'
import { shutdownTelemetry, temporalClientInterceptors, temporalPlugin } from '../telemetry.ts'
import { createFetchingWorker } from './fetching.ts'
import { createIntegrationsWorker } from './integrations.ts'
import { createLogisticsWorker } from './logistics.ts'
import { createOrdersWorker } from './orders.ts'
import { createParsingWorker } from './parsing.ts'
import { createPicturesWorker } from './pictures.ts'
import { createStorefrontWorker } from './storefront.ts'
import { createTrackingWorker } from './tracking.ts'
import { createWebhooksWorker } from './webhooks.ts'
import type { CreateDomainWorker } from './worker.ts'
import { workflowBundle } from './workflow-bundle.ts'

const HEARTBEAT_EVERY = '2 seconds'

const domains: Record<string, CreateDomainWorker> = {
  fetching: createFetchingWorker,
  integrations: createIntegrationsWorker,
  logistics: createLogisticsWorker,
  orders: createOrdersWorker,
  parsing: createParsingWorker,
  pictures: createPicturesWorker,
  storefront: createStorefrontWorker,
  tracking: createTrackingWorker,
  webhooks: createWebhooksWorker,
}

const chosen = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(domains)
const unknown = chosen.filter((name) => !domains[name])
if (unknown.length > 0) {
  console.error(
    `No worker ${unknown.join(', ')}. There are: ${Object.keys(domains).join(', ')} (all by default).`,
  )
  process.exit(1)
}

const config = readConfigOrExit('worker')
const log = createLogger({ level: config.LOG_LEVEL, name: `worker ${chosen.join(' ')}` })
Runtime.install({ logger: temporalLogger(log) })

const temporal = connectTemporal(config, { workflow: await temporalClientInterceptors() })
const connection = await untilDone('connect to Temporal', log, () =>
  NativeConnection.connect({ address: config.TEMPORAL_ADDRESS }),
)
const plugin = await temporalPlugin()
const running = await Promise.all(
  chosen.map(async (name) => {
    const domain = domains[name]!({ config, temporal: temporal.client, log })
    const worker = await Worker.create({
      ...domain.options,
      ...(domain.workflows
        ? { workflowBundle: await workflowBundle(domain.workflows, [plugin], log) }
        : {}),
      connection,
      namespace: config.TEMPORAL_NAMESPACE,
      plugins: [plugin],
      // Activities hear of the shutdown at once and stop at their next committed position.
      shutdownGraceTime: 0,
      shutdownForceTime: config.SHUTDOWN_GRACE_MS,
      // By itself a worker sends a heartbeat after four fifths of its timeout: too late on a busy machine.
      maxHeartbeatThrottleInterval: HEARTBEAT_EVERY,
    })
    return { domain, done: worker.run() }
  }),
)
// For whoever waits for it, whatever the log level.
console.log('worker ready')

for (const { domain } of running)
  if (domain.startStanding)
    await untilDone('start standing workflows', log, () => domain.startStanding!())

// SIGTERM and SIGINT reach the workers through Temporal's runtime.
await Promise.all(running.map(({ done }) => done))
await Promise.all(running.map(({ domain }) => domain.close()))
await connection.close()
await temporal.close()
await shutdownTelemetry()

async function untilDone<T>(what: string, log: Logger, attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      log.warn({ error }, `could not ${what}, trying again`)
      await pause(1_000)
    }
  }
}
