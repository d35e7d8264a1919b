import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { KeptSecret } from '../../db/integrations/webhooks/tables.ts'
import { hostileUrls } from '../outbound/hostile-addresses.ts'
import { secretBox } from '../support/webhooks.ts'
import { read, url, webhookScene, type Endpoint, type Page } from './webhook-scene.ts'

const scene = webhookScene()
const { call, create, eventsOf, messagesOf, reader, tell, writer } = scene
const kept = (id: string) =>
  scene.database.owner.db
    .selectFrom('webhookEndpoint')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
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
      call('POST', 'webhook-endpoints', { url }, { ...scene.auth, ...key }),
    )
    const again = await read<Endpoint>(
      call('POST', 'webhook-endpoints', { url }, { ...scene.auth, ...key }),
    )
    expect(again).toEqual(first)
    const other = { ...(await writer()), ...key }
    expect((await call('POST', 'webhook-endpoints', { url }, other)).status).toBe(422)
    const stored = await scene.database.owner.db.selectFrom('idempotencyKey').selectAll().execute()
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
      ...{
        id: randomUUID(),
        sellerId: scene.sellerId,
        url,
        eventTypes: ['*'],
        apiVersion: '2026-11-26',
      },
      secrets: JSON.stringify([]),
    }))
    await scene.database.owner.db.insertInto('webhookEndpoint').values(rows).execute()
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
    expect((await call('GET', `webhook-endpoints/${id}`, undefined, scene.theirs)).status).toBe(404)
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
    await scene.database.owner.db
      .updateTable('webhookMessage')
      .set({ tries: 3, dueAt: new Date(Date.now() + 3_600_000) })
      .execute()
    await scene.database.owner.db
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
    expect((await call('PATCH', path, {}, scene.theirs)).status).toBe(404)
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
    expect((await call('DELETE', `webhook-endpoints/${id}`, undefined, scene.theirs)).status).toBe(
      404,
    )
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
    const headers = { ...scene.auth, 'Idempotency-Key': randomUUID() }
    const path = `webhook-endpoints/${id}/rotate-secret`
    const first = await read<Endpoint>(call('POST', path, undefined, headers))
    expect((await read<Endpoint>(call('POST', path, undefined, headers))).secret).toBe(first.secret)
    expect(await secretsOf(id)).toHaveLength(2)
  })

  it('is 404 for another seller’s, 400 for an overlap of weeks, 403 without the scope', async () => {
    const { id } = await create()
    const path = `webhook-endpoints/${id}/rotate-secret`
    expect((await call('POST', path, {}, scene.theirs)).status).toBe(404)
    expect((await call('POST', path, { overlapHours: 999 })).status).toBe(400)
    expect((await call('POST', path, {}, await reader())).status).toBe(403)
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
