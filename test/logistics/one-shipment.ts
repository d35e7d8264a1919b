import { MockActivityEnvironment } from '@temporalio/testing'
import { randomUUID } from 'node:crypto'
import { createLogisticsActivities } from '../../activities/logistics/index.ts'
import { openContracts } from '../../activities/logistics/contracts-with-carriers.ts'
import { createTracker } from '../../activities/logistics/tracker.ts'
import type { CarrierId, TrackingStatus } from '../../contracts/logistics.ts'
import { referenceOf } from '../../db/logistics/attempts.ts'
import type { TestDatabase } from '../support/postgres.ts'
import { deliveryScene, type Scene } from './scene.ts'

export const run = <In, Out>(activity: (input: In) => Promise<Out>, input: In): Promise<Out> =>
  new MockActivityEnvironment().run(activity as never, input) as Promise<Out>

/** A shipment in a scene of its own, and the steps of its delivery one by one: each test begins with `begin`. */
export function oneShipment(database: TestDatabase) {
  const { db } = database.owner
  let scene: Scene
  let tools: ReturnType<typeof toolsOf>
  let ids: { shipmentId: string; orderId: string }

  const reference = (number = 1) => referenceOf({ shipmentId: ids.shipmentId, number })
  const poll = async (carrier: CarrierId) => {
    await db
      .updateTable('bookingAttempt')
      .set({ nextPollAt: new Date(0) })
      .where('shipmentId', '=', ids.shipmentId)
      .where('state', '=', 'booked')
      .execute()
    await pollPage(carrier)
  }
  const pollPage = (carrier: CarrierId) => run(tools.tracker.pollPage, scene.accounts[carrier])
  const events = async () =>
    (
      await db
        .selectFrom('event')
        .select(['type', 'data'])
        .where('subject', '=', `order:${ids.orderId}`)
        .where('type', 'like', 'delivery.%')
        .orderBy('id')
        .execute()
    ).map(({ type, data }) => ({ type, data: data as Record<string, unknown> }))

  return {
    get scene() {
      return scene
    },
    get activities() {
      return tools.activities
    },
    get tracker() {
      return tools.tracker
    },
    get shipmentId() {
      return ids.shipmentId
    },
    get orderId() {
      return ids.orderId
    },
    async begin() {
      // What carriers are known for is everybody's: each test begins with nobody known.
      await db.deleteFrom('laneStat').execute()
      scene = await deliveryScene(database)
      tools = toolsOf(scene)
      ids = await scene.newShipment()
    },
    async another() {
      ids = await scene.newShipment()
    },
    plan: (round = 1) => run(tools.activities.planDelivery, { shipmentId: ids.shipmentId, round }),
    async book(number = 1, rank = 1, attemptId = randomUUID()) {
      const { shipmentId } = ids
      const input = { shipmentId, attemptId, number, round: 1, rank }
      return { ...(await run(tools.activities.bookAttempt, input)), attemptId }
    },
    /** Its carrier says that it is there by now, and is asked. */
    async happen(carrier: CarrierId, status: TrackingStatus, minute: number) {
      const at = new Date(Date.now() + minute * 60_000).toISOString()
      scene.carriers[carrier].happen(reference(), status, at)
      await poll(carrier)
    },
    ...{ reference, poll, pollPage, events },
    types: async () => (await events()).map(({ type }) => type.replace('delivery.', '')),
    entry: (number = 1) => scene.ledger.entries.get(reference(number)),
    attempt: (id: string) =>
      db.selectFrom('bookingAttempt').selectAll().where('id', '=', id).executeTakeFirstOrThrow(),
    shipment: () =>
      db
        .selectFrom('shipment')
        .selectAll()
        .where('id', '=', ids.shipmentId)
        .executeTakeFirstOrThrow(),
    tasks: () =>
      db
        .selectFrom('humanTask')
        .select(['kind', 'state'])
        .where('shipmentId', '=', ids.shipmentId)
        .execute(),
  }
}

function toolsOf({ deps }: Scene) {
  const contracts = openContracts(deps)
  return {
    activities: createLogisticsActivities(deps, contracts),
    tracker: createTracker(deps, contracts),
  }
}
