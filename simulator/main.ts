import { serve } from '@hono/node-server'
import { readConfigOrExit } from '../config.ts'
import { createSimulator } from './simulator.ts'

const config = readConfigOrExit('simulator')
const simulator = createSimulator({
  dataDir: config.SIMULATOR_DATA,
  seed: config.SIMULATOR_SEED,
  pointCount: config.SIMULATOR_POINTS,
  journeys: config.SIMULATOR_JOURNEYS,
  ...(config.UBER_WEBHOOK_URL
    ? { uberWebhook: { url: config.UBER_WEBHOOK_URL, key: config.UBER_WEBHOOK_KEY } }
    : {}),
})
const server = serve(
  {
    fetch: simulator.fetch,
    port: config.PORT,
    hostname: config.HOST,
    overrideGlobalObjects: false,
  },
  ({ port }) => console.log(`simulator ready on http://${config.HOST}:${port}`),
)

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    server.close()
    void simulator.stop().then(() => process.exit(0))
  })
