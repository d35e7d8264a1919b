import { ScheduleNotFoundError } from '@temporalio/client'
import { MockActivityEnvironment } from '@temporalio/testing'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createRelayActivities } from '../../activities/integrations/relay.ts'
import {
  fetchingQueue,
  picturesQueue,
  picturesWorkflowId,
  sourceRunWorkflowId,
  sourceScheduleId,
} from '../../contracts/fetching.ts'
import { integrationsQueue } from '../../contracts/integrations.ts'
import { appendEvent } from '../../db/events.ts'
import { createShop, type TestShop } from '../support/marketplace.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres.ts'
import { freshNamespace, whileWorking } from '../support/temporal.ts'
import { until } from '../support/until.ts'

let database: TestDatabase
let temporal: Awaited<ReturnType<typeof freshNamespace>>
let shop: TestShop
const relay = new MockActivityEnvironment()
let relaying: Promise<unknown>

beforeAll(async () => {
  database = await freshDatabase()
  temporal = await freshNamespace()
  const { relayPages } = createRelayActivities({
    system: database.system.db,
    workflows: temporal.client.workflow,
    schedules: temporal.client.schedule,
  })
  relaying = relay.run(relayPages)
})
beforeEach(async () => {
  shop = await createShop(database.owner.db)
})
afterAll(async () => {
  relay.cancel()
  await relaying.catch(() => {})
  await Promise.all([database.drop(), temporal.teardown()])
})

/** As the API leaves it: the row as it is now, and an event that says no more than that it changed. */
const tell = async (type: string, sourceId: string) => {
  await appendEvent(database.owner.db, {
    ...{ sellerId: shop.sellerId, type, subject: `import-source:${sourceId}` },
    ...{ data: { sourceId, shopId: shop.shopId }, traceParent: null },
  })
  await relayed()
}
const relayed = () =>
  until(async () => {
    const waiting = database.owner.db
      .selectFrom('event')
      .select('id')
      .where('relayedAt', 'is', null)
    return (await waiting.execute()).length === 0
  })
const create = async (timing: { intervalMinutes: number } | { dailyAt: string }) => {
  const id = randomUUID()
  const { sellerId, shopId } = shop
  const row = { id, sellerId, shopId, url: 'https://shop.example/', ...timing }
  await database.owner.db.insertInto('importSource').values(row).execute()
  await tell('import-source.changed', id)
  return id
}
const change = async (id: string, values: object) => {
  await database.owner.db.updateTable('importSource').set(values).where('id', '=', id).execute()
  await tell('import-source.changed', id)
}
const schedule = (sourceId: string) =>
  temporal.client.schedule.getHandle(sourceScheduleId(sourceId)).describe()

describe('the schedule of a source', () => {
  it('is made with it, and runs its import every so often, one run at a time', async () => {
    const id = await create({ intervalMinutes: 15 })
    expect(await schedule(id)).toMatchObject({
      spec: { intervals: [{ every: 15 * 60_000 }] },
      action: {
        ...{ workflowType: 'importFromSource', workflowId: sourceRunWorkflowId(id) },
        ...{ taskQueue: integrationsQueue, args: [{ sourceId: id }] },
      },
      policies: { overlap: 'SKIP', catchupWindow: 60_000 },
      state: { paused: false },
    })
  })

  it('follows the clock of the shop’s city for a daily one', async () => {
    const id = await create({ dailyAt: '04:30' })
    const { spec, info } = await schedule(id)
    expect(spec).toMatchObject({ timezone: 'Europe/Moscow' })
    const [next] = info.nextActionTimes
    const jitter = 60_000
    const moscow = Date.UTC(1970, 0, 1, 1, 30)
    const late = (next!.getTime() - moscow) % (24 * 60 * 60_000)
    expect(late).toBeLessThanOrEqual(jitter)
  })

  it('changes, pauses and resumes with it, whatever comes twice', async () => {
    const id = await create({ intervalMinutes: 15 })
    await change(id, { intervalMinutes: 45, state: 'paused' })
    await tell('import-source.changed', id)
    expect(await schedule(id)).toMatchObject({
      ...{ spec: { intervals: [{ every: 45 * 60_000 }] }, state: { paused: true } },
    })
    await change(id, { state: 'active' })
    expect((await schedule(id)).state.paused).toBe(false)
    await database.owner.db
      .updateTable('importSource')
      .set({ state: 'paused' })
      .where('id', '=', id)
      .execute()
    await tell('import-source.paused', id)
    expect((await schedule(id)).state.paused).toBe(true)
  })

  it('goes with it, and an event that comes late does not bring it back', async () => {
    const id = await create({ intervalMinutes: 15 })
    await database.owner.db.deleteFrom('importSource').where('id', '=', id).execute()
    await tell('import-source.changed', id)
    await expect(schedule(id)).rejects.toThrow(ScheduleNotFoundError)
    await tell('import-source.changed', id)
    await expect(schedule(id)).rejects.toThrow(ScheduleNotFoundError)
  })
})

describe('the relay', () => {
  it('runs a source that a seller wants looked at now, once however often it is asked', async () => {
    const id = await create({ intervalMinutes: 15 })
    await change(id, { state: 'paused' })
    const runs: string[] = []
    const asked = Promise.withResolvers<void>()
    const fetchFromSource = async ({ sourceId }: { sourceId: string }) => {
      runs.push(sourceId)
      await asked.promise
      return 'unchanged'
    }
    const activities = { [fetchingQueue]: { fetchFromSource } }
    await whileWorking(temporal, { workflows: integrationsQueue, activities }, async () => {
      await tell('import-source.run-requested', id)
      await tell('import-source.run-requested', id)
      asked.resolve()
      const handle = temporal.client.workflow.getHandle(sourceRunWorkflowId(id))
      expect(await handle.result()).toEqual({ outcome: 'unchanged' })
    })
    expect(runs).toEqual([id])
  })

  it('looks for a shop’s pictures after its imports, in one workflow', async () => {
    const noted: { shopId: string; importIds: string[] }[] = []
    const activities = {
      [picturesQueue]: {
        notePictures: async (of: { shopId: string; importIds: string[] }) => void noted.push(of),
        fetchDuePictures: async () => ({ tried: 0, nextTryInSeconds: null }),
      },
    }
    for (let ended = 0; ended < 3; ended++)
      await appendEvent(database.owner.db, {
        ...{ sellerId: shop.sellerId, type: 'import.completed', subject: `import:${ended}` },
        ...{ data: { importId: String(ended), shopId: shop.shopId }, traceParent: null },
      })
    await relayed()
    await whileWorking(temporal, { workflows: integrationsQueue, activities }, async () => {
      await temporal.client.workflow.getHandle(picturesWorkflowId(shop.shopId)).result()
    })
    // Imports are passed on side by side: which comes first is nobody's promise.
    expect(noted.map((one) => ({ ...one, importIds: one.importIds.toSorted() }))).toEqual([
      { shopId: shop.shopId, importIds: ['0', '1', '2'] },
    ])
  })
})
