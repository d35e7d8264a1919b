import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import {
  createWebhooksActivities,
  type WebhooksActivities,
} from '../../../activities/integrations/webhooks.ts'
import { createOutbound } from '../../../clients/outbound/outbound.ts'
import { startOutside, type Outside } from '../../outbound/outside.ts'
import { createShop } from '../../support/marketplace.ts'
import { freshDatabase, type TestDatabase } from '../../support/postgres.ts'
import {
  createEndpoint,
  createReceiver,
  deliverDue,
  happen,
  relay,
  secretBox,
  type Receiver,
  type TestEndpoint,
} from '../../support/webhooks.ts'

/**
 * A new seller and a receiver of its webhooks in each test, and an address where nothing may arrive. Call it once in a
 * file.
 */
export function deliverScene() {
  const outbound = createOutbound({ allowedPrivateNetworks: ['127.0.0.2/32'], connections: null })
  let database: TestDatabase
  let outside: Outside
  let trap: Outside
  let receiver: Receiver
  let sellerId: string
  let activities: WebhooksActivities

  beforeAll(async () => {
    database = await freshDatabase()
    outside = await startOutside('127.0.0.2')
    trap = await startOutside('127.0.0.1')
    activities = createWebhooksActivities({
      ...{ system: database.system.db, outbound, secrets: secretBox },
      log: { warn: () => {} },
      lingerMs: 200,
    })
  })
  beforeEach(async () => {
    sellerId = (await createShop(database.owner.db)).sellerId
    receiver = createReceiver()
    outside.answer = (request, response) => receiver.listener(request, response)
  })
  afterAll(() => Promise.all([database.drop(), outside.close(), trap.close(), outbound.close()]))

  return {
    get database() {
      return database
    },
    get trap() {
      return trap
    },
    get receiver() {
      return receiver
    },
    get sellerId() {
      return sellerId
    },

    endpoint: (wanted: object = {}) =>
      createEndpoint(database.owner.db, sellerId, {
        url: `http://127.0.0.2:${outside.port}/hook`,
        ...wanted,
      }),
    tell: async (orders: string[], each = 1) =>
      relay(database.system.db, await happen(database.owner.db, sellerId, { orders, each })),
    deliver: ({ id }: TestEndpoint) => deliverDue(activities, id),
    messages: () =>
      database.owner.db
        .selectFrom('webhookMessage')
        .selectAll()
        .where('sellerId', '=', sellerId)
        .orderBy('id')
        .execute(),
    attempts: () =>
      database.owner.db
        .selectFrom('webhookAttempt')
        .selectAll()
        .where('sellerId', '=', sellerId)
        .orderBy('messageId')
        .orderBy('number')
        .execute(),
    row: ({ id }: TestEndpoint) =>
      database.owner.db
        .selectFrom('webhookEndpoint')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirstOrThrow(),
    change: ({ id }: TestEndpoint, values: object) =>
      database.owner.db.updateTable('webhookEndpoint').set(values).where('id', '=', id).execute(),
    /** As if so much time had gone by. */
    makeDue: () =>
      database.owner.db
        .updateTable('webhookMessage')
        .set({ dueAt: sql`now()` })
        .where('sellerId', '=', sellerId)
        .where('state', '=', 'pending')
        .execute(),
    async notices(): Promise<string[]> {
      const events = await database.owner.db
        .selectFrom('event')
        .select('type')
        .where('sellerId', '=', sellerId)
        .where('type', 'like', 'webhook-%')
        .orderBy('id')
        .execute()
      return events.map(({ type }) => type)
    },
  }
}

export const numbers = (count: number) => Array.from({ length: count }, (_, n) => String(n + 1))
