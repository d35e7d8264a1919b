import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import type { TrackingChange } from '../../contracts/logistics.ts'
import { freshDatabase } from '../support/postgres.ts'
import { oneShipment, run } from './one-shipment.ts'

const database = await freshDatabase()
const one = oneShipment(database)
const { plan, book, happen, poll, reference, attempt, shipment, tasks, types, entry } = one
const { db } = database.owner

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

  it('is not with its carrier for trouble before the pickup, and is for any scan beside it', async () => {
    await happen('cdek', 'exception', 2)
    expect(await shipment()).toMatchObject({ status: 'exception', phase: 'booked' })
    expect((await shipment()).handedOverAt).toBeNull()
    expect(await types()).not.toContain('handed_over')
    // Dated before the trouble: the status stays, and still it has left.
    await happen('cdek', 'accepted', 1)
    expect(await shipment()).toMatchObject({ status: 'exception', phase: 'handed-over' })
    expect((await types()).filter((type) => type === 'handed_over')).toHaveLength(1)
    const told = one.scene.signals.map(({ args }) => args[0] as TrackingChange)
    expect(told.map(({ status, hasLeft }) => [status, hasLeft])).toEqual([
      ['exception', undefined],
      ['exception', true],
    ])
  })

  it('is on its way though its carrier had called it off before', async () => {
    await happen('cdek', 'cancelled', 1)
    expect((await shipment()).status).toBe('cancelled')
    await happen('cdek', 'accepted', 2)
    expect(await shipment()).toMatchObject({ status: 'accepted', phase: 'handed-over' })
  })

  it('asks a person once for each problem after which it arrives elsewhere', async () => {
    await happen('cdek', 'in-transit', 1)
    entry()!.log.push({
      ...{ status: 'exception', reason: 'locker-full', rawCode: 'problem/37', key: 'problem:37' },
      ...{ occurredAt: new Date().toISOString(), needsPlan: true },
    })
    await poll('cdek')
    expect(await tasks()).toEqual([{ kind: 'delivery-problem', state: 'open' }])
    expect(await types()).toContain('needs_human')
    const closed = { state: 'done', closedAt: new Date(), closedBy: 'key:x' } as const
    await db.updateTable('humanTask').set(closed).execute()
    await poll('cdek')
    expect(await tasks()).toEqual([{ kind: 'delivery-problem', state: 'done' }])
  })
})
