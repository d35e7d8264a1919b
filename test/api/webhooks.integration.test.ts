import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { z } from 'zod'
import type {
  NewlyMadeEndpoint,
  WebhookAttempt,
  WebhookMessage,
} from '../../api/webhooks/webhook-view.ts'
import { recordAttempts } from '../../db/integrations/webhooks/record-attempts.ts'
import type { KeptSecret } from '../../db/integrations/webhooks/tables.ts'
import { hostileUrls } from '../outbound/hostile-addresses.ts'
import { createShop } from '../support/marketplace.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres.ts'
import { happen, relay, secretBox } from '../support/webhooks.ts'
import { authorised, testApp } from './app.ts'

type Endpoint = z.infer<typeof NewlyMadeEndpoint>
type Message = z.infer<typeof WebhookMessage>
type Page<Item> = { items: Item[]; nextCursor: string | null }

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
const read = async <T>(response: Response | Promise<Response>): Promise<T> =>
  (await (await response).json()) as T
const url = 'https://shop.example/hooks'
const create = async (more: object = {}): Promise<Endpoint> => {
  const response = await call('POST', 'webhook-endpoints', { url, ...more })
  expect(response.status).toBe(201)
  return read<Endpoint>(response)
}
const kept = (id: string) =>
  database.owner.db
    .selectFrom('webhookEndpoint')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
const eventsOf = async (id: string) => {
  const events = await database.owner.db
    .selectFrom('event')
    .select('type')
    .where('subject', '=', `webhook-endpoint:${id}`)
    .orderBy('id')
    .execute()
  return events.map(({ type }) => type)
}
const tell = async (orders: string[], each = 1) =>
  relay(database.system.db, await happen(database.owner.db, sellerId, { orders, each }))
const messagesOf = async (query = '') =>
  (await read<Page<Message>>(call('GET', `webhook-messages?limit=100${query}`))).items
const settle = async (id: string, state: 'delivered' | 'failed') =>
  recordAttempts(database.system.db, [
    {
      ...{ messageId: id, number: 1, startedAt: new Date(), durationMs: 12, state, retryMs: null },
      ...{ status: state === 'failed' ? 500 : 200, answer: 'said', problem: null },
    },
  ])
const reader = () => authorised(database.owner.db, sellerId, ['webhooks:read'])
const writer = () => authorised(database.owner.db, sellerId, ['webhooks:write'])
const errorsOf = async (response: Response) =>
  (await read<{ errors: { path: string }[] }>(response)).errors.map(({ path }) => path)

describe('POST /v1/webhook-endpoints', () => {
  it('is 201 with an endpoint and its secret, which is kept sealed', async () => {
    const response = await call('POST', 'webhook-endpoints', { url, eventTypes: ['order.*'] })
    expect(response.status).toBe(201)
    const made = await read<Endpoint>(response)
    expect(response.headers.get('Location')).toBe(`/v1/webhook-endpoints/${made.id}`)
    expect(response.headers.get('Cache-Control')).toBe('no-store')
    expect(made).toMatchObject({
      ...{ workflowId: `webhooks:${made.id}`, url, eventTypes: ['order.*'], ordering: 'none' },
      ...{ state: 'active', concurrency: 8, ratePerSecond: null, secretExpiresAt: [] },
    })
    expect(made.secret).toMatch(/^whsec_/)
    const row = await kept(made.id)
    expect(JSON.stringify(row)).not.toContain(made.secret.slice(6))
    expect(secretBox.open(row.secrets[0]!.sealed, made.id)).toBe(made.secret)
  })

  it('makes one endpoint for an Idempotency-Key, and shows its secret again to the same key alone', async () => {
    const key = { 'Idempotency-Key': randomUUID() }
    const first = await read<Endpoint>(
      call('POST', 'webhook-endpoints', { url }, { ...auth, ...key }),
    )
    const again = await read<Endpoint>(
      call('POST', 'webhook-endpoints', { url }, { ...auth, ...key }),
    )
    expect(again).toEqual(first)
    const other = { ...(await writer()), ...key }
    expect((await call('POST', 'webhook-endpoints', { url }, other)).status).toBe(422)
    const stored = await database.owner.db.selectFrom('idempotencyKey').selectAll().execute()
    expect(JSON.stringify(stored)).not.toContain(first.secret.slice(6))
  })

  it('is 400 for every address that is not of the public web, and for http', async () => {
    for (const hostile of [...hostileUrls, 'http://shop.example/']) {
      const response = await call('POST', 'webhook-endpoints', { url: hostile })
      expect(response.status, hostile).toBe(400)
      expect(await errorsOf(response), hostile).toEqual(['url'])
    }
  })

  it.each([
    [{ eventTypes: ['order.created', 'orders.*'] }, 'eventTypes.1'],
    [{ eventTypes: [] }, 'eventTypes'],
    [{ ordering: 'strict' }, 'ordering'],
    [{ concurrency: 65 }, 'concurrency'],
    [{ ratePerSecond: 0 }, 'ratePerSecond'],
    [{ apiVersion: '2020-01-01' }, 'apiVersion'],
    [{ secret: 'whsec_mine' }, 'secret'],
  ])('is 400 for %j', async (more, path) => {
    const response = await call('POST', 'webhook-endpoints', { url, ...more })
    expect(response.status).toBe(400)
    expect(await errorsOf(response)).toEqual([path])
  })

  it('is 409 for the fifty-first', async () => {
    const rows = Array.from({ length: 50 }, () => ({
      ...{ id: randomUUID(), sellerId, url, eventTypes: ['*'], apiVersion: '2026-11-26' },
      secrets: JSON.stringify([]),
    }))
    await database.owner.db.insertInto('webhookEndpoint').values(rows).execute()
    expect((await call('POST', 'webhook-endpoints', { url })).status).toBe(409)
  })

  it('is 401 without a key and 403 without the scope', async () => {
    expect((await call('POST', 'webhook-endpoints', { url }, {})).status).toBe(401)
    expect((await call('POST', 'webhook-endpoints', { url }, await reader())).status).toBe(403)
  })
})

describe('GET /v1/webhook-endpoints', () => {
  it('pages through the seller’s own, the oldest first, without secrets', async () => {
    const made = [await create(), await create(), await create()]
    const first = await read<Page<Endpoint>>(call('GET', 'webhook-endpoints?limit=2'))
    const rest = await read<Page<Endpoint>>(
      call('GET', `webhook-endpoints?limit=2&cursor=${first.nextCursor}`),
    )
    const listed = [...first.items, ...rest.items]
    expect(listed.map(({ id }) => id)).toEqual(made.map(({ id }) => id))
    expect(rest.nextCursor).toBeNull()
    expect(JSON.stringify(listed)).not.toContain('whsec_')
  })

  it('is 404 for another seller’s, for one that is not, for what is no id, and for a deleted one', async () => {
    const { id } = await create()
    expect((await call('GET', `webhook-endpoints/${id}`)).status).toBe(200)
    expect((await call('GET', `webhook-endpoints/${id}`, undefined, theirs)).status).toBe(404)
    expect((await call('GET', `webhook-endpoints/${randomUUID()}`)).status).toBe(404)
    expect((await call('GET', 'webhook-endpoints/1')).status).toBe(404)
    await call('DELETE', `webhook-endpoints/${id}`)
    expect((await call('GET', `webhook-endpoints/${id}`)).status).toBe(404)
  })
})

describe('PATCH /v1/webhook-endpoints/{id}', () => {
  it('is 200 with what was changed, and leaves the event by which the deliverer hears of it', async () => {
    const { id } = await create()
    const wanted = {
      eventTypes: ['feed.held'],
      ratePerSecond: 5,
      description: 'ERP',
      state: 'paused',
    }
    expect(await read(call('PATCH', `webhook-endpoints/${id}`, wanted))).toMatchObject(wanted)
    expect(await eventsOf(id)).toEqual(['webhook-endpoint.changed'])
  })

  it('makes one active again with its failures forgotten, and what it missed due', async () => {
    const { id } = await create()
    await tell(['1'])
    await database.owner.db
      .updateTable('webhookMessage')
      .set({ tries: 3, dueAt: new Date(Date.now() + 3_600_000) })
      .execute()
    await database.owner.db
      .updateTable('webhookEndpoint')
      .set({
        ...{ state: 'disabled', disabledReason: 'failing', disabledAt: new Date() },
        ...{ failures: 99, failingSince: new Date(0), openings: 4, heldUntil: new Date(9e12) },
      })
      .where('id', '=', id)
      .execute()
    const again = await read<Endpoint>(
      call('PATCH', `webhook-endpoints/${id}`, { state: 'active' }),
    )
    expect(again.state).toBe('active')
    expect(again.disabledReason).toBeUndefined()
    expect(again.heldUntil).toBeUndefined()
    expect(await kept(id)).toMatchObject({ failures: 0, failingSince: null, openings: 0 })
    const [message] = await messagesOf()
    expect(new Date(message!.nextAttemptAt!).getTime()).toBeLessThanOrEqual(Date.now())
  })

  it('is 400 for every address that is not of the public web, and changes nothing', async () => {
    const { id } = await create()
    for (const hostile of hostileUrls)
      expect((await call('PATCH', `webhook-endpoints/${id}`, { url: hostile })).status).toBe(400)
    expect((await kept(id)).url).toBe(url)
    expect((await call('PATCH', `webhook-endpoints/${id}`, { state: 'disabled' })).status).toBe(400)
  })

  it('is 404 for another seller’s, 401 without a key and 403 without the scope', async () => {
    const { id } = await create()
    const path = `webhook-endpoints/${id}`
    expect((await call('PATCH', path, {}, theirs)).status).toBe(404)
    expect((await call('PATCH', path, {}, {})).status).toBe(401)
    expect((await call('PATCH', path, {}, await reader())).status).toBe(403)
  })
})

describe('DELETE /v1/webhook-endpoints/{id}', () => {
  it('is 204, gives up what waits, forgets the secrets and keeps the log', async () => {
    const { id } = await create()
    await tell(['1'])
    expect((await call('DELETE', `webhook-endpoints/${id}`)).status).toBe(204)
    expect((await kept(id)).secrets).toEqual([])
    expect(await messagesOf()).toMatchObject([{ state: 'failed', endpointId: id }])
    expect((await call('DELETE', `webhook-endpoints/${id}`)).status).toBe(404)
  })

  it('is 404 for another seller’s and 403 without the scope', async () => {
    const { id } = await create()
    expect((await call('DELETE', `webhook-endpoints/${id}`, undefined, theirs)).status).toBe(404)
    const headers = await reader()
    expect((await call('DELETE', `webhook-endpoints/${id}`, undefined, headers)).status).toBe(403)
  })
})

describe('POST /v1/webhook-endpoints/{id}/rotate-secret', () => {
  const secretsOf = async (id: string): Promise<[string, boolean][]> =>
    (await kept(id)).secrets.map(({ sealed, expiresAt }: KeptSecret) => [
      secretBox.open(sealed, id),
      expiresAt === null,
    ])

  it('is 200 with a new secret; the one before signs along for a day', async () => {
    const { id, secret } = await create()
    const rotated = await read<Endpoint>(call('POST', `webhook-endpoints/${id}/rotate-secret`))
    expect(rotated.secret).not.toBe(secret)
    expect(await secretsOf(id)).toEqual([
      [rotated.secret, true],
      [secret, false],
    ])
    const [expiresAt] = rotated.secretExpiresAt
    const hours = (new Date(expiresAt!).getTime() - Date.now()) / 3_600_000
    expect(hours).toBeGreaterThan(23.9)
    expect(hours).toBeLessThanOrEqual(24)
  })

  it('without an overlap leaves the new one alone, and many rotations leave three', async () => {
    const { id } = await create()
    const path = `webhook-endpoints/${id}/rotate-secret`
    for (let times = 0; times < 4; times++) await call('POST', path, { overlapHours: 1 })
    expect(await secretsOf(id)).toHaveLength(3)
    const { secret } = await read<Endpoint>(call('POST', path, { overlapHours: 0 }))
    expect(await secretsOf(id)).toEqual([[secret, true]])
  })

  it('rotates once for an Idempotency-Key', async () => {
    const { id } = await create()
    const headers = { ...auth, 'Idempotency-Key': randomUUID() }
    const path = `webhook-endpoints/${id}/rotate-secret`
    const first = await read<Endpoint>(call('POST', path, undefined, headers))
    expect((await read<Endpoint>(call('POST', path, undefined, headers))).secret).toBe(first.secret)
    expect(await secretsOf(id)).toHaveLength(2)
  })

  it('is 404 for another seller’s, 400 for an overlap of weeks, 403 without the scope', async () => {
    const { id } = await create()
    const path = `webhook-endpoints/${id}/rotate-secret`
    expect((await call('POST', path, {}, theirs)).status).toBe(404)
    expect((await call('POST', path, { overlapHours: 999 })).status).toBe(400)
    expect((await call('POST', path, {}, await reader())).status).toBe(403)
  })
})

describe('POST /v1/webhook-endpoints/{id}/test', () => {
  it('is 202 with a message of its own that waits, and wakes the deliverer', async () => {
    const { id } = await create({ eventTypes: ['feed.held'] })
    const response = await call('POST', `webhook-endpoints/${id}/test`)
    expect(response.status).toBe(202)
    const message = await read<Message>(response)
    expect(response.headers.get('Location')).toBe(`/v1/webhook-messages/${message.id}`)
    expect(message).toMatchObject({
      type: 'webhook-endpoint.test',
      state: 'pending',
      endpointId: id,
    })
    expect(message.eventId).toBeUndefined()
    expect(JSON.parse(message.body)).toMatchObject({ data: { endpointId: id } })
    expect(await eventsOf(id)).toEqual(['webhook-endpoint.messages-waiting'])
  })

  it('is 409 for a paused one, 404 for another seller’s, 403 without the scope', async () => {
    const { id } = await create()
    const path = `webhook-endpoints/${id}/test`
    expect((await call('POST', path, undefined, theirs)).status).toBe(404)
    expect((await call('POST', path, undefined, await reader())).status).toBe(403)
    await call('PATCH', `webhook-endpoints/${id}`, { state: 'paused' })
    expect((await call('POST', path)).status).toBe(409)
  })
})

describe('the delivery log', () => {
  it('is filtered and paged, the newest first', async () => {
    const { id } = await create()
    await create({ eventTypes: ['feed.held'] })
    await tell(['1', '2', '3'])
    const all = await messagesOf()
    expect(all.map(({ subject }) => subject)).toEqual(['order:3', 'order:2', 'order:1'])
    await settle(all[0]!.id, 'delivered')
    await settle(all[1]!.id, 'failed')
    expect((await messagesOf('&state=failed')).map((one) => one.id)).toEqual([all[1]!.id])
    expect(await messagesOf('&subject=order:1')).toHaveLength(1)
    expect(await messagesOf(`&endpoint=${id}&type=order.status_changed`)).toHaveLength(3)
    expect(await messagesOf('&type=order.created')).toEqual([])
    expect(await messagesOf(`&endpoint=${randomUUID()}`)).toEqual([])
    expect(await messagesOf(`&from=${new Date(Date.now() + 1_000).toISOString()}`)).toEqual([])
    expect(await messagesOf(`&to=${new Date(Date.now() + 1_000).toISOString()}`)).toHaveLength(3)

    const first = await read<Page<Message>>(call('GET', 'webhook-messages?limit=2'))
    const rest = await read<Page<Message>>(
      call('GET', `webhook-messages?limit=2&cursor=${first.nextCursor}`),
    )
    expect([...first.items, ...rest.items].map((one) => one.id)).toEqual(all.map((one) => one.id))
  })

  it('shows what came of each try', async () => {
    await create()
    await tell(['1'])
    const [message] = await messagesOf()
    await settle(message!.id, 'delivered')
    const path = `webhook-messages/${message!.id}`
    expect(await read(call('GET', path))).toMatchObject({ state: 'delivered', attempts: 1 })
    const { items } = await read<Page<z.infer<typeof WebhookAttempt>>>(
      call('GET', `${path}/attempts`),
    )
    expect(items).toEqual([
      { number: 1, startedAt: items[0]!.startedAt, durationMs: 12, status: 200, answer: 'said' },
    ])
  })

  it('is 404 for another seller’s, for one that is not and for what is no id', async () => {
    await create()
    await tell(['1'])
    const [message] = await messagesOf()
    for (const path of [
      `webhook-messages/${message!.id}`,
      `webhook-messages/${message!.id}/attempts`,
    ]) {
      expect((await call('GET', path)).status).toBe(200)
      expect((await call('GET', path, undefined, theirs)).status).toBe(404)
    }
    expect((await call('GET', 'webhook-messages/999999999')).status).toBe(404)
    expect((await call('GET', 'webhook-messages/x')).status).toBe(404)
    const listed = await read<Page<Message>>(call('GET', 'webhook-messages', undefined, theirs))
    expect(listed.items).toEqual([])
  })

  it('is 400 for a cursor of another list, 401 without a key and 403 without the scope', async () => {
    expect((await call('GET', 'webhook-messages?cursor=WyJhIl0')).status).toBe(400)
    expect((await call('GET', 'webhook-messages?endpoint=1')).status).toBe(400)
    expect((await call('GET', 'webhook-messages', undefined, {})).status).toBe(401)
    expect((await call('GET', 'webhook-messages', undefined, await writer())).status).toBe(403)
  })
})

describe('sending again', () => {
  it('one: is 202, under the id that it had, and due at once', async () => {
    const { id } = await create()
    await tell(['1'])
    const [message] = await messagesOf()
    await settle(message!.id, 'failed')
    const response = await call('POST', `webhook-messages/${message!.id}/resend`)
    expect(response.status).toBe(202)
    expect(await read(response)).toMatchObject({
      ...{ id: message!.id, webhookId: message!.webhookId, state: 'pending', attempts: 1 },
    })
    expect((await eventsOf(id)).at(-1)).toBe('webhook-endpoint.messages-waiting')
  })

  it('one: is 404 for another seller’s, 409 for a paused endpoint, 403 without the scope', async () => {
    const { id } = await create()
    await tell(['1'])
    const [message] = await messagesOf()
    const path = `webhook-messages/${message!.id}/resend`
    expect((await call('POST', path, undefined, theirs)).status).toBe(404)
    expect((await call('POST', path, undefined, await reader())).status).toBe(403)
    expect((await call('POST', 'webhook-messages/x/resend')).status).toBe(404)
    await call('PATCH', `webhook-endpoints/${id}`, { state: 'paused' })
    expect((await call('POST', path)).status).toBe(409)
  })

  it('all since a time: those that were given up, or the delivered too', async () => {
    const { id } = await create()
    await create()
    const since = new Date().toISOString()
    await tell(['1', '2', '3'])
    const all = await messagesOf(`&endpoint=${id}`)
    await settle(all[0]!.id, 'failed')
    await settle(all[1]!.id, 'delivered')
    const path = `webhook-endpoints/${id}/resend`
    expect(await read(call('POST', path, { since }))).toEqual({ messages: 1, isComplete: true })
    await settle2(all[0]!.id)
    expect(await read(call('POST', path, { since, states: ['failed', 'delivered'] }))).toEqual({
      ...{ messages: 2, isComplete: true },
    })
    const later = new Date(Date.now() - 1).toISOString()
    expect(await read(call('POST', path, { since: later }))).toMatchObject({ messages: 0 })
    for (const one of await messagesOf(`&endpoint=${id}`)) expect(one.state).toBe('pending')

    async function settle2(messageId: string) {
      await recordAttempts(database.system.db, [
        {
          ...{ messageId, number: 2, startedAt: new Date(), durationMs: 1, state: 'delivered' },
          ...{ status: 200, answer: null, problem: null, retryMs: null },
        },
      ])
    }
  })

  it('all: is 400 for a time beyond the log, 404 for another seller’s', async () => {
    const { id } = await create()
    const path = `webhook-endpoints/${id}/resend`
    for (const since of ['2020-01-01T00:00:00Z', '2999-01-01T00:00:00Z', 'yesterday'])
      expect((await call('POST', path, { since })).status, since).toBe(400)
    const since = new Date().toISOString()
    expect((await call('POST', path, { since }, theirs)).status).toBe(404)
    expect((await call('POST', path, { since }, await reader())).status).toBe(403)
  })
})

describe('GET /v1/webhook-event-types', () => {
  it('is 200 with a schema and an example of each', async () => {
    type Catalogue = { version: string; items: { type: string; schema: object; example: object }[] }
    const catalogue = await read<Catalogue>(call('GET', 'webhook-event-types'))
    expect(catalogue.version).toBe('2026-11-26')
    expect(catalogue.items.map(({ type }) => type)).toContain('order.created')
    for (const { schema, example } of catalogue.items) {
      expect(schema).toHaveProperty('$schema')
      expect(Object.keys(example)).toEqual(['type', 'timestamp', 'data'])
    }
  })

  it('is 400 for a version that is not, 401 without a key, 403 without the scope', async () => {
    expect((await call('GET', 'webhook-event-types?version=1')).status).toBe(400)
    expect((await call('GET', 'webhook-event-types', undefined, {})).status).toBe(401)
    expect((await call('GET', 'webhook-event-types', undefined, await writer())).status).toBe(403)
  })
})
