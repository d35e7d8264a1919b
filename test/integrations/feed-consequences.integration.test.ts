import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { feedConsequences } from '../../activities/integrations/feed-consequences.ts'
import { feedScheduleId, feedWorkflowId } from '../../contracts/feeds.ts'
import type { Event } from '../../db/events.ts'
import { createFeed } from '../support/catalogue.ts'
import { createShop, type TestShop } from '../support/marketplace.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres.ts'
import { freshNamespace } from '../support/temporal.ts'

let database: TestDatabase
let server: TestWorkflowEnvironment
let shop: TestShop

beforeAll(async () => {
  ;[database, server] = await Promise.all([freshDatabase(), freshNamespace()])
  shop = await createShop(database.owner.db)
})
afterAll(async () => {
  await Promise.all([database.drop(), server.teardown()])
})

const relay = (type: string, data: object) =>
  feedConsequences({
    system: database.system.db,
    workflows: server.client.workflow,
    schedules: server.client.schedule,
  })[type]!({ data } as Event)

const change = (feedId: string, given: { everyMinutes?: number | null; deletedAt?: Date }) =>
  database.owner.db.updateTable('feed').set(given).where('id', '=', feedId).execute()

const describeSchedule = (feedId: string) =>
  server.client.schedule.getHandle(feedScheduleId(feedId)).describe()

const everyMinutes = async (feedId: string) =>
  Number((await describeSchedule(feedId)).spec.intervals?.[0]?.every) / 60_000

describe('when a feed has changed', () => {
  it('its schedule is made, changed and removed with it, however often it is told', async () => {
    const { id: feedId } = await createFeed(database.owner.db, shop)
    await relay('feed.changed', { feedId })
    await expect(describeSchedule(feedId)).rejects.toThrow()

    for (const minutes of [60, 60, 15]) {
      await change(feedId, { everyMinutes: minutes })
      await relay('feed.changed', { feedId })
      expect(await everyMinutes(feedId)).toBe(minutes)
    }
    expect((await describeSchedule(feedId)).policies.overlap).toBe('SKIP')

    await change(feedId, { deletedAt: new Date() })
    for (let repeated = 0; repeated < 2; repeated++) await relay('feed.changed', { feedId })
    await expect(describeSchedule(feedId)).rejects.toThrow()
  })
})

describe('when a publication is asked for', () => {
  it('one workflow of the feed is told, however often', async () => {
    const { id: feedId } = await createFeed(database.owner.db, shop)
    const publicationId = randomUUID()
    for (let repeated = 0; repeated < 2; repeated++)
      await relay('feed.publication-requested', { feedId, publicationId })
    const handle = server.client.workflow.getHandle(feedWorkflowId(feedId))
    const { events } = await handle.fetchHistory()
    const signals = events?.filter(({ workflowExecutionSignaledEventAttributes: signal }) => signal)
    expect(signals).toHaveLength(2)
    await handle.terminate()
  })
})
