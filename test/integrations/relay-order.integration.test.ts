import { MockActivityEnvironment } from '@temporalio/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createRelayActivities, type RelayDeps } from '../../activities/integrations/relay.ts'
import { appendEvent } from '../../db/events.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres.ts'
import { until } from '../support/until.ts'

const SUBJECTS = 20
const STATES = ['confirmed', 'assembling', 'shipped']

let database: TestDatabase
beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

it('passes the events of a subject on in their order, beside those of others; a page that failed comes again', async () => {
  const told: { workflowId: string; state: string }[] = []
  let atWork = 0
  let mostAtWork = 0
  let failures = 1
  const workflows = {
    getHandle: (workflowId: string) => ({
      async signal(_: unknown, { state }: { state: string }) {
        mostAtWork = Math.max(mostAtWork, ++atWork)
        await new Promise(setImmediate)
        atWork--
        if (workflowId === 'order:7' && failures-- > 0) throw new Error('Temporal is away')
        told.push({ workflowId, state })
      },
    }),
  }
  for (const state of STATES)
    for (let orderId = 0; orderId < SUBJECTS; orderId++)
      await appendEvent(database.owner.db, {
        ...{ sellerId: null, type: 'order.status_changed', subject: `order:${orderId}` },
        ...{ data: { orderId: String(orderId), state }, traceParent: null },
      })
  const { relayPages } = createRelayActivities({
    system: database.system.db,
    workflows,
  } as unknown as RelayDeps)
  const relay = new MockActivityEnvironment()

  await expect(relay.run(relayPages)).rejects.toThrow('Temporal is away')
  expect(told.map(({ workflowId }) => workflowId)).not.toContain('order:7')
  expect(new Set(told.map(({ workflowId }) => workflowId)).size).toBe(SUBJECTS - 1)
  told.length = 0

  const relaying = relay.run(relayPages)
  await until(async () => {
    const waiting = database.owner.db
      .selectFrom('event')
      .select('id')
      .where('relayedAt', 'is', null)
    return (await waiting.execute()).length === 0
  })
  relay.cancel()
  await relaying
  const bySubject = Map.groupBy(told, ({ workflowId }) => workflowId)
  expect(bySubject.size).toBe(SUBJECTS)
  for (const some of bySubject.values()) expect(some.map(({ state }) => state)).toEqual(STATES)
  expect(mostAtWork).toBeGreaterThan(1)
})
