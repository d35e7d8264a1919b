import { MockActivityEnvironment } from '@temporalio/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { createWebhookLogActivities } from '../../../activities/integrations/webhook-log.ts'
import { recordAttempts } from '../../../db/integrations/webhooks/record-attempts.ts'
import { createShop } from '../../support/marketplace.ts'
import { freshDatabase, type TestDatabase } from '../../support/postgres.ts'
import { createEndpoint, happen, relay } from '../../support/webhooks.ts'

let database: TestDatabase
let sellerId: string
let woken: string[]

beforeAll(async () => {
  database = await freshDatabase()
})
beforeEach(async () => {
  sellerId = (await createShop(database.owner.db)).sellerId
  woken = []
})
afterAll(() => database.drop())

const activities = () =>
  createWebhookLogActivities({
    system: database.system.db,
    workflows: {
      signalWithStart: async (_type: unknown, { workflowId }: { workflowId: string }) =>
        void woken.push(workflowId),
    } as never,
  })
const run = (which: 'forgetOldMessages' | 'wakeStalledEndpoints') =>
  new MockActivityEnvironment().run(activities()[which])
const endpoint = (wanted: object = {}) =>
  createEndpoint(database.owner.db, sellerId, { url: 'https://shop.example/', ...wanted })
const tell = async (orders: string[]) =>
  relay(database.system.db, await happen(database.owner.db, sellerId, { orders }))
const messages = () =>
  database.owner.db
    .selectFrom('webhookMessage')
    .selectAll()
    .where('sellerId', '=', sellerId)
    .orderBy('id')
    .execute()
const age = (id: string, days: number) =>
  database.owner.db
    .updateTable('webhookMessage')
    .set({ createdAt: sql<Date>`now() - ${days} * interval '1 day'` })
    .where('id', '=', id)
    .execute()

it('what was delivered is forgotten after 30 days, the rest after 90, with every attempt', async () => {
  await endpoint()
  const days = [29, 31, 31, 89, 91, 91]
  const states = ['delivered', 'delivered', 'failed', 'pending', 'failed', 'delivered'] as const
  await tell(days.map(String))
  const all = await messages()
  await recordAttempts(
    database.system.db,
    all.map(({ id }, index) => ({
      ...{ messageId: id, number: 1, startedAt: new Date(), durationMs: 1, status: 200 },
      ...{ problem: null, answer: null, state: states[index]!, retryMs: 1e9 },
    })),
  )
  for (const [index, { id }] of all.entries()) await age(id, days[index]!)
  await run('forgetOldMessages')
  const kept = [0, 2, 3].map((index) => all[index]!.id)
  expect((await messages()).map(({ id }) => id)).toEqual(kept)
  const attempts = await database.owner.db
    .selectFrom('webhookAttempt')
    .select('messageId')
    .where('sellerId', '=', sellerId)
    .orderBy('messageId')
    .execute()
  expect(attempts.map(({ messageId }) => messageId)).toEqual(kept)
})

it('a deleted endpoint is forgotten when nothing of it is left in the log', async () => {
  const anHourAgo = new Date(Date.now() - 2 * 3_600_000)
  const empty = await endpoint()
  const logged = await endpoint()
  const alive = await endpoint()
  await tell(['1'])
  const ids = [empty.id, logged.id]
  await database.owner.db.deleteFrom('webhookMessage').where('endpointId', '=', empty.id).execute()
  await database.owner.db
    .updateTable('webhookEndpoint')
    .set({ deletedAt: anHourAgo })
    .where('id', 'in', ids)
    .execute()
  await run('forgetOldMessages')
  const left = await database.owner.db
    .selectFrom('webhookEndpoint')
    .select('id')
    .where('sellerId', '=', sellerId)
    .execute()
  expect(left.map(({ id }) => id).toSorted()).toEqual([logged.id, alive.id].toSorted())
})

it('an endpoint that was forgotten is woken, and no other', async () => {
  const before = new Date(Date.now() - 120_000)
  const forgotten = await endpoint({ attendedUntil: before })
  const attended = { attendedUntil: new Date(Date.now() + 10_000) }
  await endpoint(attended)
  await endpoint({ heldUntil: new Date(Date.now() + 10_000) })
  await endpoint({ state: 'paused' })
  await endpoint({ deletedAt: before })
  await tell(['1'])
  await database.owner.db
    .updateTable('webhookMessage')
    .set({ dueAt: before })
    .where('sellerId', '=', sellerId)
    .execute()
  woken = []
  await run('wakeStalledEndpoints')
  expect(woken).toEqual([`webhooks:${forgotten.id}`])
})
