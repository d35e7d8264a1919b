import { afterAll, beforeAll, beforeEach, expect } from 'vitest'
import type { z } from 'zod'
import type { NewlyMadeEndpoint, WebhookMessage } from '../../api/webhooks/webhook-view.ts'
import { recordAttempts } from '../../db/integrations/webhooks/record-attempts.ts'
import { createShop } from '../support/marketplace.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres.ts'
import { happen, relay } from '../support/webhooks.ts'
import { authorised, testApp } from './app.ts'

export type Endpoint = z.infer<typeof NewlyMadeEndpoint>
export type Message = z.infer<typeof WebhookMessage>
export type Page<Item> = { items: Item[]; nextCursor: string | null }

export const url = 'https://shop.example/hooks'

/** The API with a new seller in each test, and another seller who has no business there. Call it once in a file. */
export function webhookScene() {
  let database: TestDatabase
  let api: ReturnType<typeof testApp>
  let sellerId: string
  let auth: { Authorization: string }
  let theirs: { Authorization: string }

  beforeAll(async () => {
    database = await freshDatabase()
    const stranger = await createShop(database.owner.db)
    theirs = await authorised(database.owner.db, stranger.sellerId)
  })
  beforeEach(async () => {
    api = testApp({ seller: database.seller.db, storefront: database.storefront.db })
    sellerId = (await createShop(database.owner.db)).sellerId
    auth = await authorised(database.owner.db, sellerId)
  })
  afterAll(() => database.drop())

  const call = (
    method: string,
    path: string,
    body?: object,
    headers: Record<string, string> = auth,
  ): Promise<Response> =>
    Promise.resolve(
      api.app.request(`/v1/${path}`, {
        method,
        headers: { ...headers, ...(body && { 'Content-Type': 'application/json' }) },
        ...(body && { body: JSON.stringify(body) }),
      }),
    )

  return {
    get database() {
      return database
    },
    get sellerId() {
      return sellerId
    },
    get auth() {
      return auth
    },
    get theirs() {
      return theirs
    },
    call,

    async create(more: object = {}): Promise<Endpoint> {
      const response = await call('POST', 'webhook-endpoints', { url, ...more })
      expect(response.status).toBe(201)
      return read<Endpoint>(response)
    },
    async eventsOf(id: string): Promise<string[]> {
      const events = await database.owner.db
        .selectFrom('event')
        .select('type')
        .where('subject', '=', `webhook-endpoint:${id}`)
        .orderBy('id')
        .execute()
      return events.map(({ type }) => type)
    },
    tell: async (orders: string[], each = 1) =>
      relay(database.system.db, await happen(database.owner.db, sellerId, { orders, each })),
    messagesOf: async (query = '') =>
      (await read<Page<Message>>(call('GET', `webhook-messages?limit=100${query}`))).items,
    settle: (id: string, state: 'delivered' | 'failed') =>
      recordAttempts(database.system.db, [
        {
          ...{ messageId: id, number: 1, startedAt: new Date(), durationMs: 12, state },
          ...{ status: state === 'failed' ? 500 : 200, answer: 'said', problem: null },
          retryMs: null,
        },
      ]),
    reader: () => authorised(database.owner.db, sellerId, ['webhooks:read']),
    writer: () => authorised(database.owner.db, sellerId, ['webhooks:write']),
  }
}

export const read = async <T>(response: Response | Promise<Response>): Promise<T> =>
  (await (await response).json()) as T
