import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import type { WebhookAttempt } from '../../api/webhooks/webhook-view.ts'
import { recordAttempts } from '../../db/integrations/webhooks/record-attempts.ts'
import { read, webhookScene, type Message, type Page } from './webhook-scene.ts'

const scene = webhookScene()
const { call, create, eventsOf, messagesOf, reader, settle, tell, writer } = scene

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
    expect((await call('POST', path, undefined, scene.theirs)).status).toBe(404)
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
      expect((await call('GET', path, undefined, scene.theirs)).status).toBe(404)
    }
    expect((await call('GET', 'webhook-messages/999999999')).status).toBe(404)
    expect((await call('GET', 'webhook-messages/x')).status).toBe(404)
    const listed = await read<Page<Message>>(
      call('GET', 'webhook-messages', undefined, scene.theirs),
    )
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
    expect((await call('POST', path, undefined, scene.theirs)).status).toBe(404)
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
      await recordAttempts(scene.database.system.db, [
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
    expect((await call('POST', path, { since }, scene.theirs)).status).toBe(404)
    expect((await call('POST', path, { since }, await reader())).status).toBe(403)
  })
})
