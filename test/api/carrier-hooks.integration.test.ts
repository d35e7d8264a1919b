import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createSecretBox } from '../../clients/secret-box.ts'
import { ensureAccount } from '../support/deliveries.ts'
import { freshDatabase } from '../support/postgres.ts'
import { SECRETS_KEY, testApp } from './app.ts'

const database = await freshDatabase()
afterAll(() => database.drop())
const owner = database.owner.db
const { app } = testApp({ storefront: database.storefront.db, system: database.system.db })
const box = createSecretBox([SECRETS_KEY])
const CDEK = '0199f0a2-7c1e-4c7e-9d0a-3b7f2f6f5d11'
const UBER = '0199f0a2-7c1e-4c7e-9d0a-3b7f2f6f5d12'

beforeAll(async () => {
  await ensureAccount(owner, 'cdek', {
    id: CDEK,
    sealedWebhookKey: box.seal('path-secret', `carrier-account:${CDEK}`),
  })
  // One that nobody can open any more.
  await ensureAccount(owner, 'dpd', { sealedWebhookKey: 'gone.AAAA' })
  await ensureAccount(owner, 'uber', {
    id: UBER,
    customerId: 'cus_1',
    sealedWebhookKey: box.seal('signing-key', `carrier-account:${UBER}`),
  })
})
beforeEach(() => owner.deleteFrom('carrierWebhook').execute())

const kept = () => owner.selectFrom('carrierWebhook').selectAll().orderBy('id').execute()
const post = (path: string, body: string, headers: Record<string, string> = {}) =>
  app.request(`/hooks/carriers/${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body,
  })
const signed = (body: string, key = 'signing-key') => ({
  'X-Uber-Signature': createHmac('sha256', key).update(body).digest('hex'),
})

describe('POST /hooks/carriers/cdek/{secret}', () => {
  const body = '{"type":"ORDER_STATUS",  "uuid":"u-1","attributes":{"code":"CREATED "}}'

  it('is 200 and keeps the bytes as they came, once', async () => {
    const response = await post('cdek/path-secret', body)
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ state: 'kept' })
    expect(await (await post('cdek/path-secret', body)).json()).toEqual({ state: 'known' })
    const [webhook, ...more] = await kept()
    expect(more).toEqual([])
    expect(webhook).toMatchObject({ accountId: CDEK, handledAt: null })
    expect(webhook!.body.toString()).toBe(body)
  })

  it('takes what is no JSON too: whether it says anything is for its reader', async () => {
    expect((await post('cdek/path-secret', '{"a":1,"a":2')).status).toBe(200)
  })

  it.each(['guess', 'signing-key', 'path-secret%20', 'x'.repeat(200)])(
    'is 404 under %s, and keeps nothing',
    async (secret) => {
      expect((await post(`cdek/${secret}`, body)).status).toBe(404)
      expect(await kept()).toEqual([])
    },
  )

  it('is 413 for what is too large', async () => {
    expect((await post('cdek/path-secret', 'x'.repeat(300_000))).status).toBe(413)
    expect(await kept()).toEqual([])
  })
})

describe('POST /hooks/carriers/uber', () => {
  const body = '{"id":"evt_1","customer_id":"cus_1","kind":"event.delivery_status",  "data":{}}'

  it('is 200 for the bytes that were signed, and keeps their signature', async () => {
    const response = await post('uber', body, signed(body))
    expect(response.status).toBe(200)
    const [webhook] = await kept()
    expect(webhook!.body.toString()).toBe(body)
    expect(webhook).toMatchObject({
      accountId: UBER,
      headers: { 'x-uber-signature': signed(body)['X-Uber-Signature'] },
    })
    expect(await (await post('uber', body, signed(body))).json()).toEqual({ state: 'known' })
  })

  it.each(['event.courier_update', 'event.refund_request', 'event.delivery_return'])(
    'is 200 for %s, of which nothing is kept',
    async (kind) => {
      const other = body.replace('event.delivery_status', kind)
      const response = await post('uber', other, signed(other))
      expect([response.status, await response.json()]).toEqual([200, { state: 'passed-over' }])
      expect(await kept()).toEqual([])
    },
  )

  it('takes the older name of the header', async () => {
    const { 'X-Uber-Signature': signature } = signed(body)
    expect((await post('uber', body, { 'X-Postmates-Signature': signature })).status).toBe(200)
  })

  it.each([
    ['no signature', body, {}],
    ['another key', body, signed(body, 'guess')],
    ['another body', `${body} `, signed(body)],
    ['another customer', body.replace('cus_1', 'cus_2'), signed(body.replace('cus_1', 'cus_2'))],
    ['no JSON', 'evt', signed('evt')],
    ['nothing', '', signed('')],
  ] as [string, string, Record<string, string>][])('is 401 with %s', async (_, sent, headers) => {
    expect((await post('uber', sent, headers)).status).toBe(401)
    expect(await kept()).toEqual([])
  })
})
