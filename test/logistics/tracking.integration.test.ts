import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { freshDatabase } from '../support/postgres.ts'
import { oneShipment, run } from './one-shipment.ts'

const database = await freshDatabase()
const one = oneShipment(database)
const { plan, book, happen, poll, reference, attempt, shipment, types, entry } = one

beforeEach(one.begin)
afterAll(() => database.drop())

describe('tracking', () => {
  beforeEach(async () => {
    await plan()
    await book()
  })

  it('moves the shipment and its order, and tells the workflow, each change once', async () => {
    await happen('cdek', 'accepted', 1)
    await poll('cdek')
    await happen('cdek', 'delivered', 2)
    expect(await types()).toEqual([
      ...['requested', 'booked', 'handed_over', 'status_changed', 'status_changed'],
    ])
    expect(await shipment()).toMatchObject({ phase: 'delivered', status: 'delivered' })
    const order = await database.owner.db
      .selectFrom('salesOrder')
      .select('state')
      .where('id', '=', one.orderId)
      .executeTakeFirstOrThrow()
    expect(order.state).toBe('delivered')
    expect(one.scene.signals.map(({ args }) => (args[0] as { status: string }).status)).toEqual([
      ...['accepted', 'delivered'],
    ])
    const { version, toldVersion } = await shipment()
    expect(toldVersion).toBe(version)
  })

  it('does not go back for what comes late, and does for what is taken back', async () => {
    await happen('cdek', 'delivered', 10)
    await happen('cdek', 'in-transit', 5)
    expect((await shipment()).status).toBe('delivered')
    const { log } = entry()!
    log[0] = { ...log[0]!, isRevoked: true }
    await poll('cdek')
    expect(await shipment()).toMatchObject({ status: 'in-transit', phase: 'handed-over' })
  })

  it('catches up with what came while it was being given up', async () => {
    one.scene.script(reference(), { cancel: 'too-late' })
    const { id } = await database.owner.db
      .updateTable('bookingAttempt')
      .set({ state: 'cancelling' })
      .where('shipmentId', '=', one.shipmentId)
      .returning('id')
      .executeTakeFirstOrThrow()
    one.scene.carriers.cdek.happen(reference(), 'accepted', new Date().toISOString())
    const told = await one.scene.carriers.cdek.carrier.track(
      { reference: reference(), readyAt: '' },
      {},
    )
    await one.tracker.apply(await attempt(id), told, 'webhook')
    expect((await shipment()).status).toBe('booked')
    await run(one.activities.settleAttempt, { attemptId: id, intent: 'release', why: 'too-slow' })
    await poll('cdek')
    expect(await shipment()).toMatchObject({ status: 'accepted', phase: 'handed-over' })
  })

  it('teaches the lane what came of it, once', async () => {
    await happen('cdek', 'delivered', 10)
    await poll('cdek')
    const { deliveries, onTime } = await database.owner.db
      .selectFrom('laneStat')
      .select(['deliveries', 'onTime'])
      .where('carrier', '=', 'cdek')
      .where('service', '=', 'courier')
      .executeTakeFirstOrThrow()
    expect(onTime).toBeGreaterThan(0)
    expect(deliveries).toBeGreaterThan(0)
  })

  it('tells again what its workflow has not heard', async () => {
    one.scene.deps.workflows.getHandle = (() => ({
      signal: async () => {
        throw new Error('Temporal is away')
      },
    })) as never
    await happen('cdek', 'accepted', 1)
    const { version, toldVersion } = await shipment()
    expect(Number(toldVersion)).toBeLessThan(Number(version))
  })
})
