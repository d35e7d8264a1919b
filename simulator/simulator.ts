import { Hono } from 'hono'
import { createAdmin } from './admin.ts'
import { createCdek } from './cdek/routes.ts'
import { openClock } from './clock.ts'
import { openCourier } from './courier.ts'
import { createDpd } from './dpd/routes.ts'
import { openFaults } from './faults.ts'
import { pageOf } from './page.ts'
import { openSchedule } from './schedule.ts'
import { openStore } from './store.ts'
import { createUber } from './uber/routes.ts'
import type { Env, PointState, Settings, World } from './world.ts'

export type SimulatorOptions = {
  /** Ledger and clock are kept here. */
  dataDir: string
  seed: string
  /** Of CDEK; DPD has half as many. */
  pointCount: number
  /** Do parcels move by themselves, until somebody sets it otherwise? */
  journeys: Settings['journeys']
  /** Where Uber calls from the start. */
  uberWebhook?: { url: string; key: string }
}

export type Simulator = {
  fetch: Hono<Env>['fetch']
  /** Resolves when no call to the client is under way. */
  idle(): Promise<void>
  stop(): Promise<void>
}

/** The three carriers under one address: `/cdek`, `/dpd`, `/uber`, and `/_admin` and a page for who plays with them. */
export function createSimulator(options: SimulatorOptions): Simulator {
  const store = openStore(options.dataDir)
  const clock = openClock(store)
  const schedule = openSchedule(store, clock)
  const courier = openCourier(store, clock, schedule)
  const settings = store.table<Settings>('settings')
  const world: World = {
    ...{ seed: options.seed, pointCount: options.pointCount, store, clock, schedule, courier },
    faults: openFaults(store, options.seed),
    settings: () => settings.get('all') ?? { journeys: options.journeys },
    pointStates: store.table<PointState>('point-state'),
  }
  const cdek = createCdek(world)
  const dpd = createDpd(world)
  const uber = createUber(world)
  const carriers = [cdek, dpd, uber]

  const subscribe = () => {
    if (options.uberWebhook)
      uber.webhooks.subscribe(options.uberWebhook.url, options.uberWebhook.key)
  }

  const app = new Hono<Env>()
  app.route('/cdek', cdek.routes)
  app.route('/dpd', dpd.routes)
  app.route('/uber', uber.routes)
  app.route(
    '/_admin',
    createAdmin({
      ...{ world, carriers, uber },
      saveSettings: (next) => settings.put('all', next),
      reset() {
        store.clear()
        for (const carrier of carriers) carrier.forget()
        world.faults.remove()
        schedule.run()
        subscribe()
      },
    }),
  )
  app.get('/', (c) => c.html(pageOf(world, carriers)))
  app.get('/healthz', (c) => c.json({ status: 'ok' }))

  subscribe()
  schedule.start()
  store.flush()
  return {
    fetch: app.fetch,
    idle: () => courier.idle(),
    async stop() {
      schedule.stop()
      await courier.stop()
      store.close()
    },
  }
}
