import { Hono } from 'hono'
import { z } from 'zod'
import { UnknownState, type Booking } from './booking.ts'
import { CARRIERS, FAULT_KINDS, OPERATIONS, type Fault } from './faults.ts'
import { instant, type Carrier, type Env, type Settings, type World } from './world.ts'
import type { Uber } from './uber/routes.ts'

const FaultBody = z.strictObject({
  carrier: z.enum(CARRIERS).optional(),
  operation: z.enum(OPERATIONS).optional(),
  kind: z.enum(FAULT_KINDS),
  reference: z.string().min(1).max(200).optional(),
  status: z.number().int().min(400).max(599).optional(),
  retryAfterSeconds: z.number().int().min(0).optional(),
  ms: z.number().int().min(0).optional(),
  effect: z.enum(['first', 'last']).optional(),
  probability: z.number().min(0).max(1).optional(),
  times: z.number().int().min(1).optional(),
})
const FaultsBody = z.union([FaultBody, z.array(FaultBody).max(10_000)])
const ClockBody = z.strictObject({
  advanceMs: z
    .number()
    .int()
    .min(0)
    .max(366 * 24 * 3_600_000)
    .optional(),
  rate: z.number().positive().max(100_000).optional(),
})
const SettingsBody = z.strictObject({ journeys: z.enum(['auto', 'manual']) })
const PointBody = z.strictObject({ state: z.enum(['open', 'full', 'closed']) })
const WebhookBody = z.strictObject({
  url: z.url(),
  key: z.string().min(1).default('sim-webhook-key'),
  customer: z.string().min(1).optional(),
})

/** Without its tally of who asked. */
const faultJson = (fault: Fault) => ({ ...fault, asked: undefined })

export type Administered = {
  world: World
  carriers: readonly Carrier[]
  uber: Uber
  saveSettings(settings: Settings): void
  reset(): void
}

/** What is asked of the simulator itself: faults, ledger, clock, movement. Instants are ISO 8601 of the carriers' clock. */
export function createAdmin({
  world,
  carriers,
  uber,
  saveSettings,
  reset,
}: Administered): Hono<Env> {
  const { clock, faults, schedule, store } = world
  const routes = new Hono<Env>()
  const bookings = () => carriers.flatMap((carrier) => [...carrier.bookings()])
  const clockJson = () => ({ now: instant(clock.now()), rate: clock.rate(), jobs: schedule.size() })

  routes.use('*', async (_c, next) => {
    await next()
    store.flush()
  })

  routes.get('/faults', (c) => c.json({ faults: faults.list().map(faultJson) }))
  routes.post('/faults', async (c) => {
    const body = FaultsBody.parse(await c.req.json())
    const added = [body].flat().map((order) => faults.add(order))
    return c.json({ faults: added.map(faultJson) }, 201)
  })
  routes.delete('/faults', (c) => {
    const { id, reference } = c.req.query()
    return c.json({ removed: faults.remove({ id, reference }) })
  })

  routes.get('/ledger', (c) => {
    const { carrier, reference } = c.req.query()
    const found = bookings().filter(
      (one: Booking) =>
        (carrier === undefined || one.carrier === carrier) &&
        (reference === undefined || one.reference.startsWith(reference)),
    )
    return c.json({ bookings: found })
  })
  routes.post('/bookings/:id/advance', async (c) => {
    const { to } = z.strictObject({ to: z.string().min(1) }).parse(await c.req.json())
    const id = c.req.param('id')
    const carrier = carriers.find((one) => one.booking(id))
    if (!carrier) return c.json({ error: `no booking ${id}` }, 404)
    carrier.advance(id, to)
    schedule.run()
    return c.json(carrier.booking(id)!)
  })

  routes.get('/clock', (c) => c.json(clockJson()))
  routes.post('/clock', async (c) => {
    const { advanceMs, rate } = ClockBody.parse(await c.req.json())
    if (rate !== undefined) clock.run(rate)
    if (advanceMs !== undefined) clock.advance(advanceMs)
    schedule.run()
    return c.json(clockJson())
  })

  routes.get('/settings', (c) => c.json(world.settings()))
  routes.post('/settings', async (c) => {
    const settings = SettingsBody.parse(await c.req.json())
    saveSettings(settings)
    return c.json(settings)
  })

  routes.put('/points/:carrier/:code', async (c) => {
    const { state } = PointBody.parse(await c.req.json())
    const { carrier: name, code } = c.req.param()
    const carrier = carriers.find(({ id }) => id === name)
    if (!carrier?.setPoint?.(code, state)) return c.json({ error: `no point ${name} ${code}` }, 404)
    return c.json({ carrier: name, code, state })
  })

  routes.get('/webhooks', (c) => c.json({ webhooks: uber.webhooks.list() }))
  /** Where Uber calls: with the real one this is set in its dashboard. */
  routes.post('/webhooks', async (c) => {
    const { url, key, customer } = WebhookBody.parse(await c.req.json())
    return c.json(uber.webhooks.subscribe(url, key, customer), 201)
  })

  routes.post('/reset', (c) => {
    reset()
    return c.json({ bookings: 0 })
  })

  routes.onError((error, c) => {
    if (error instanceof z.ZodError) return c.json({ error: z.prettifyError(error) }, 400)
    if (error instanceof UnknownState) return c.json({ error: error.message }, 400)
    if (error instanceof SyntaxError) return c.json({ error: 'not JSON' }, 400)
    console.error('admin', error)
    return c.json({ error: 'internal error' }, 500)
  })
  return routes
}
